"""The lint rule about sentences: what it must find, and what it must leave alone."""

import pytest

from tests.lint.sentences import sentences

GETTEXT = "from django.utils.translation import gettext as _\n"


@pytest.mark.parametrize(
    "code",
    [
        'text == "Nothing was changed."',
        'text != "the computer"',
        '"not your" in text',
        'text in {"shown by", "fits"}',
        'text.removesuffix("Nothing was changed.")',
        'text.partition("It is not your ")',
        'text.replace("the computer", host)',
        'text == f"Changing: {title}"',
        'text.startswith(f"{stage} is over")',
        'TEXT = "It was changed."\ntext == TEXT',
        'TEXTS = ("It was changed.", "No.")\ntext in TEXTS',
        'def judge(text):\n    words = "It was changed."\n    return text == words',
        GETTEXT + 'text == _("Yes")',
        GETTEXT + 'def words(text):\n    said = _("Yes")\n    return said == text',
        GETTEXT + 'def words():\n    return _("Yes")\ntext == words()',
        GETTEXT + '_("Yes").split()',
        'import re\nre.split("It is not your ", text)',
        'match text:\n    case "It is over":\n        pass',
        'table["It is over"]',
    ],
)
def test_code_that_decides_by_a_sentence_is_found(code: str) -> None:
    assert sentences(code, "here.py")


@pytest.mark.parametrize(
    "code",
    [
        'state == "not_verified"',
        'text.split(", ")',
        'text.removesuffix(".")',
        'words = "It was changed."\nshow(words)',
        GETTEXT + 'show(_("It was changed."))',
        'f"{namespace}/{code}" == text',
        'def one():\n    text = "It is over"\n    return text\ndef two(text):\n    return text == "over"',
    ],
)
def test_code_that_only_shows_a_sentence_is_left_alone(code: str) -> None:
    assert sentences(code, "here.py") == []
