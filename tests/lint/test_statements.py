"""The lint rule about what pages state: what it must find, and what it must leave alone."""

import pytest

from tests.lint.statements import ALLOWED, ALLOWED_BEGINNINGS, EXEMPT, ROOT, findings, in_product, marks, pages

PLANTED = [
    "Nobody is disconnected.",
    "The computer answers properly again.",
    "You need not do anything: helpdesk starts it.",
]


@pytest.mark.parametrize("sentence", PLANTED)
@pytest.mark.parametrize(
    ("page", "path"),
    [
        ('{{% translate "{0}" %}}', "templates/employee/case.html"),
        ("{{% blocktranslate trimmed %}}\n  {0}\n{{% endblocktranslate %}}", "templates/helpdesk/case.html"),
        ("<p>{0}</p>", "templates/approver/approval.html"),
        ('words = _("{0}")', "troubleshoot/web/employee/case_page.py"),
        ('words = "{0}"', "troubleshoot/web/helpdesk/case_page.py"),
    ],
)
def test_a_sentence_planted_in_a_page_is_refused(page: str, path: str, sentence: str) -> None:
    (found,) = findings(page.format(sentence), path)
    assert found.startswith(f"{path}:1: ")
    assert sentence in found


@pytest.mark.parametrize(
    "sentence",
    [
        "From here the computer answers all the way to the sign-in.",
        "{{ host }} answers properly again",
        "%s answers properly again",
        "Everybody who is connected is disconnected.",
        "A second person has to agree.",
        "It was put back as it was",
        "Helpdesk of North decides what comes next.",
        "Nothing on your PC will help here.",
        "It waits for its turn and begins by itself.",
        "The way to it is closed.",
    ],
)
def test_what_states_something_is_marked(sentence: str) -> None:
    assert marks(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["What the fix does", "How do we know?", "Check the computer again", "Does it work now?", "Name of the computer"],
)
def test_a_question_a_heading_and_a_label_are_not(sentence: str) -> None:
    assert marks(sentence) == []


def test_no_page_states_anything_by_itself() -> None:
    assert list(in_product()) == []


def test_every_exception_is_one_that_is_needed_and_says_why() -> None:
    texts = [path.read_text("utf-8") for path in pages()]
    everything = " ".join(" ".join(texts).split())
    for table in (ALLOWED, ALLOWED_BEGINNINGS):
        assert all(reason for reason in table.values())
        assert [one for one in table if one not in everything] == [], "it stands nowhere any more"
    assert all((ROOT / name).exists() and reason for name, reason in EXEMPT.items())
    assert [one for one in ALLOWED if not marks(one)] == [], "it is not found anyway"
