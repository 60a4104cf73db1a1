"""Reports of people, read as somebody who knows Remote Desktop would read them."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support import shipped_catalog
from troubleshoot.engine import Guide, GuideStep

HERE = Path(__file__).parent / "reports"
ANSWERS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "answers.toml").read_text(encoding="utf-8"))
CATALOG = shipped_catalog()
#: What a page says before anybody answers: the meaning of the text, and the first step of its guide.
SAYS = {
    "PR07-avd-0x3000046": ["connect again", "you cannot mend it"],
    "PR10-gateway-event301": ["Only whoever runs the gateway", "full name with dots"],
    "PR11-credssp-words": ["update of 2018"],
    "PR13-internal-error": ["no number", "measured"],
    "PR14-mac-0x807-entra": ["Entra", "web account", "on a Mac or a phone", "not joined or registered"],
    "PR15-android-0xf07-msa": ["Microsoft account", "although it is not"],
    "PR22-licence-log": ["licence server"],
    "PR24-0x3-0x11-it": ["not the program on your PC"],
    "PR27-80080005-update": ["KB5074109", "KB5077744"],
    "PR32-cloudflared-log": ["cloudflared", "127.0.0.1"],
    "PR33-guacd-log": ["Guacamole", "trust"],
    "PR34-teleport-nla": ["Teleport", "should not be lifted"],
    "PR39-termdd56": ["address in place"],
    "PR40-freeze-24h2": ["Since when", "Windows 11 24H2"],
    "PR43-winrm-quota": ["MaxConcurrentOperationsPerUser"],
    "SY2-0x3000008": ["It is not the gateway"],
}
NEVER_SAYS = {
    "PR07-avd-0x3000046": ["do not know", "VPN first"],
    "PR14-mac-0x807-entra": ["Lock your own PC"],
    "PR24-0x3-0x11-it": ["your own program met an error"],
    "SY1-account-locked": ["Lock your own PC", "type the password", "same password"],
    "SY2-0x3000008": ["It is not the computer that you want to reach"],
}


def read(name: str) -> str:
    return (HERE / f"{name}.txt").read_text(encoding="utf-8")


def begun(name: str) -> Guide:
    guide, start = CATALOG.codes.identify(read(name)).leads_to
    return CATALOG.guides[guide or CATALOG.default_guide].begun_at(start)


def first_said(guide: Guide) -> GuideStep:
    """Return the first step that a person reads where nothing could be measured."""
    step = guide.steps[guide.start]
    while step.kind == "fact":
        step = guide.steps[step.to["unknown"]]
    return step


def words(name: str) -> str:
    found = CATALOG.codes.identify(read(name))
    entry = found.used.entry if found.used else None
    meant = [entry.name, entry.text, entry.is_not] if entry else []
    step = first_said(begun(name))
    said = [step.title, step.subject, step.full_text, *step.how.steps, step.how.different, *step.answers.values()]
    return " ".join([*meant, *([found.window.sentence] if found.window else []), *map(str, said)])


def test_each_text_has_its_answer() -> None:
    assert {path.stem for path in HERE.glob("[PS]*.txt")} == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_report_is_read_rightly(name: str) -> None:
    wanted, found = ANSWERS[name], CATALOG.codes.identify(read(name))
    asked = bool(found.used and found.used.ask) or bool(found.window and found.window.ask)
    assert (str(found.used.code) if found.used else "", asked, *found.leads_to) == (
        wanted.get("code", ""),
        wanted.get("ask", False),
        wanted["guide"],
        wanted.get("start", ""),
    )
    assert set(wanted.get("named", [])) <= {one.value for one in found.named}
    assert (dict(found.saved.numbers) if found.saved else {}) == wanted.get("saved", {})


@pytest.mark.parametrize("name", SAYS)
def test_the_first_page_says_what_has_to_be_said(name: str) -> None:
    assert [said for said in SAYS[name] if said not in words(name)] == []


@pytest.mark.parametrize("name", NEVER_SAYS)
def test_the_first_page_says_nothing_false(name: str) -> None:
    assert [said for said in NEVER_SAYS[name] if said in words(name)] == []


REFUSED = ("locked", "disabled", "expired", "restricted", "no_right", "smart_card_blocked")


@pytest.mark.parametrize("start", REFUSED)
def test_whose_account_is_refused_is_never_told_to_try_the_password_again(start: str) -> None:
    guide = CATALOG.guides["rdp-sign-in"].begun_at(start)
    seen, todo = set[str](), [guide.start]
    while todo:
        name = todo.pop()
        seen.add(name)
        todo += [target for target in guide.steps[name].to.values() if target not in seen]
    assert {guide.steps[name].kind for name in seen} <= {"fact", "end"}
    assert seen.isdisjoint({"account", "saved_password"})


def test_every_code_that_names_one_fault_of_an_account_begins_at_it() -> None:
    """Whatever family the number comes from: the window, Windows, a sign-in event, or FreeRDP."""
    begins = {"Your account is locked": "locked", "Your account is switched off": "disabled"}
    begins |= {"Your account has run out": "expired"}
    entries = [entry for entry in CATALOG.codes.entries.values() if entry.name in begins]
    assert len(entries) >= 10
    assert [str(entry.code) for entry in entries if entry.start != begins[entry.name]] == []
