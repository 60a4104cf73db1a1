"""A small sound catalogue about a made-up lamp, which every test may spoil in its own way."""

from troubleshoot.engine import Catalog, CatalogError, FactList, FactWords, parse_catalog, values_by_name

WORDS = (
    FactWords("lamp.light", "Light", "outside", {"on": "shines", "off": "dark"}),
    FactWords("lamp.bulb", "Bulb", "inside", {"good": "whole", "broken": "broken"}),
)
FACTS = FactList(values_by_name(WORDS), words=WORDS)

RESOURCE = """\
title = "Lamp"
revert = "exact"

[params.room]
type = "string"
pattern = "[a-z]+"

[fields.switch]
type = "boolean"
writable = true
compare = true
words = "Switch"
values = { true = "on", false = "off" }

[fields.watts]
type = "integer"
writable = true
compare = true
words = "Power"

[fields.colours]
type = "list"
writable = true
compare = true
words = "Colours"

[fields.temperature]
type = "integer"
words = "Temperature"

[events.flashed]
words = "Flash once"
"""

BULB = """\
title = "Bulb"
revert = "none"
revert_reason = "The old bulb is broken."

[fields.fresh]
type = "boolean"
writable = true
compare = true
words = "Fresh bulb"
"""

ACTION = """\
title = "Switch the lamp on"
for = ["dark"]
risk = "disruptive"
explain = "The lamp is switched on."
risk_reasons = ["It is bright."]
source = ["the lamp's manual"]

[guards]
"lamp.bulb" = ["good"]

[refusals]
"lamp.bulb" = "The bulb is broken."

[[set]]
resource = "lamp"
params = { room = "hall" }
desired = { switch = true, watts = 40, flashed = true }

[[set]]
resource = "lamp"
params = { room = "attic" }
desired = { colours = [] }

[[set]]
resource = "bulb"
desired = { fresh = true }

[verify]
within = "90s"
"lamp.bulb"  = ["good"]
"""

GUIDE = """\
format = 2
title = "The lamp is dark"
start = "light"

[steps.light]
fact = "lamp.light"
to = { on = "explained", off = "where", unknown = "where" }

[steps.where]
ask = "Where is the lamp?"
answers = { hall = "In the hall", attic = "In the attic", dont_know = "I do not know" }
to = { hall = "switch", attic = "shake", dont_know = "call" }

[steps.shake]
try = "Shake it."
to = { worked = "solved", no_change = "switch" }

[steps.switch]
fix = "switch-on"
title = "{host} has a lamp that is off"
text = "Somebody switched it off."
not_your = "It is not your bulb."
to = { verified = "solved", not_verified = "call", declined = "call", unavailable = "call" }

[steps.solved]
end = "solved"
title = "It shines"
text = "Leave it on."

[steps.explained]
end = "explained"
title = "It shines already"
text = "Nothing is wrong."

[steps.call]
end = "escalate"
title = "Somebody comes"
text = "They look at {host}."

[[example]]
name = "It is on"
answers = { light = "on" }
end = "explained"

[[example]]
name = "In the hall"
answers = { light = ["off", "unknown"], where = "hall", switch = "verified" }
end = "solved"

[[example]]
name = "Nobody can switch it on"
answers = { light = "off", where = "hall", switch = ["not_verified", "declined", "unavailable"] }
end = "call"

[[example]]
name = "Shaken"
answers = { light = "off", where = "attic", shake = "worked" }
end = "solved"

[[example]]
name = "Shaken, and still dark"
answers = { light = "off", where = "attic", shake = "no_change", switch = "verified" }
end = "solved"

[[example]]
name = "Nobody knows where"
answers = { light = "off", where = "dont_know" }
end = "call"
"""

ERRORS = """\
[progress]
"lamp.light" = ["off", "on"]

[seen.light]
fact = "lamp.light"

[seen.glow]
fact = "lamp.light"
like = "light"

[[cause]]
id = "dark"
title = "It is dark"
sentence = "The lamp gives no light."
shown_by = [{ "lamp.light" = ["off"] }]
excluded_by = [{ "lamp.light" = ["on"] }]
fits = [{ "lamp.bulb" = ["broken"] }]
produces = { light = ["off"] }
remedies = ["switch-on"]

[[code]]
namespace = "lamp"
code = 0x10
extended = 0x2
name = "No light"
certainty = "documented"
causes = ["dark"]
guide = "lamp-dark"
source = "the lamp's manual"
text = "It does not shine."
is_not = "It is not the wall."

[[family]]
namespace = "lamp"
title = "Lamps"
text = "What lamps say."

[[class]]
namespace = "lamp"
low_byte = 0x10
name = "light"
source = "observed"
"""

READING = """\
title = "Lamp in the hall"
resource = "lamp"
params = { room = "hall" }

[[fact]]
name = "hall.lamp"
question = "Does the lamp shine?"
values = [
  { value = "off", when = { switch = false }, words = "No", bad = true },
  { value = "bright", when = { switch = true }, at_least = { watts = 60 }, words = "Yes, brightly" },
  { value = "on", at_least = { watts = 1 }, words = "Yes" },
]

[[fact]]
name = "hall.heat"
question = "Is it hot?"
values = [{ value = "hot", at_least = { temperature = 80 }, words = "Yes", bad = true }]
"""
"""A reading that content declares; not among FILES, whose facts all come from a probe."""

FILES = {
    "resources/lamp/resource.toml": RESOURCE,
    "resources/lamp/read.ps1": "@{}\n",
    "resources/lamp/write.ps1": "\n",
    "resources/bulb/resource.toml": BULB,
    "resources/bulb/read.ps1": "@{}\n",
    "resources/bulb/write.ps1": "\n",
    "actions/switch-on.toml": ACTION,
    "guides/lamp-dark.toml": GUIDE,
    "errors/lamp.toml": ERRORS,
}


def sample() -> Catalog:
    """Return the sample catalogue."""
    return parse_catalog({name: text.encode() for name, text in FILES.items()}, FACTS)


def spoiled(file: str, old: str, new: str) -> list[str]:
    """Return the problems after replacing a part of one file, as an author would see them."""
    assert old in FILES[file], f"{old!r} is not in {file}"
    return problems({file: FILES[file].replace(old, new, 1).encode()})


def problems(more: dict[str, bytes]) -> list[str]:
    """Return the problems of the sample catalogue with more, or other, files."""
    files = {name: text.encode() for name, text in FILES.items()} | more
    try:
        parse_catalog(files, FACTS)
    except CatalogError as error:
        return [str(problem) for problem in error.problems]
    return []
