"""What people say about the failure, as facts: answers to questions whose guide says what they tell."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from troubleshoot.engine import UNKNOWN, Fact, FactWords, Guide, values_by_name

WORDS = (
    FactWords(
        "told.when",
        "When it fails",
        "told",
        {
            "at_once": "right after Connect",
            "after_password": "after the password",
            "after_desktop": "after the desktop was seen",
            "dont_know": "not known",
        },
    ),
    FactWords(
        "told.where",
        "From where the person connects",
        "told",
        {
            "office": "the office",
            "home_vpn": "home, with VPN",
            "home": "home, without VPN",
            "gateway": "through a gateway or web page",
            "other": "elsewhere",
            "dont_know": "not known",
        },
    ),
    FactWords(
        "told.account",
        "Kind of account",
        "told",
        {
            "company": "of the company",
            "entra": "of Microsoft, for work or school (Entra)",
            "microsoft": "of Microsoft, private",
            "local": "of that computer alone",
            "dont_know": "not known",
        },
    ),
)
"""When it fails, from where the person connects, and with which kind of account."""
FACTS = values_by_name(WORDS)
AT_FIRST = "told by the person when the case began"
BY_THE_ERROR = "told by the kind of the error"


def answer_facts(
    guide: Guide,
    path: Iterable[tuple[str, str]],
    ahead: Mapping[str, str] = MappingProxyType({}),
    where: str = "",
) -> dict[str, Fact]:
    """Return what the answers on a walk tell, and the errors of a guide by themselves; all else is unknown.

    `ahead` are answers (step → value) that were given before the walk came to their step; `where` is what was said when
    the case began.
    """
    begun = {name: Fact(name, value, (BY_THE_ERROR,)) for name, value in guide.tells.items()}
    begun |= {"told.where": Fact("told.where", where, (AT_FIRST,))} if where in FACTS["told.where"] else {}
    early = [(step, ahead.get(step.name, "")) for step in guide.steps.values()]
    said = [*early, *((guide.steps[name], value) for name, value in path)]
    told = begun | {
        step.tells: Fact(step.tells, value, (f"told by the person: {step.subject} {step.words(value)}",))
        for step, value in said
        if step.tells and value in step.to
    }
    return {name: told.get(name, Fact(name, UNKNOWN)) for name in FACTS}
