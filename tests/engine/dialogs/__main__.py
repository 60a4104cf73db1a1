"""Writes the texts into their files."""

import json

from tests.engine.dialogs import HERE
from tests.engine.dialogs.making import made

for name, texts in made().items():
    lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in texts)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{name}: {len(texts)}")
