"""What pages state: every code has its sentence, and the tag takes nothing but a statement."""

import datetime as dt

import pytest
from django.template import Context, Template, TemplateSyntaxError

from troubleshoot import wording
from troubleshoot.engine import Grounds, Reader, Statement, StatementCode
from troubleshoot.wording import statements

AT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_every_code_has_one_sentence() -> None:
    assert {*statements.SENTENCES, *statements._MADE} == set(StatementCode)
    assert not {*statements.SENTENCES} & {*statements._MADE}


def written(said: object) -> str:
    """What a page shows of this."""
    return Template("{% statement said.one %}").render(Context({"said": {"one": said}}))


def test_a_statement_is_written_in_words() -> None:
    assert written(Statement.of(StatementCode.KEEPS_SESSIONS, Grounds.PLAN)) == "nobody is disconnected"


def test_several_are_written_one_after_the_other() -> None:
    codes = (StatementCode.ANSWERS_ALL_THE_WAY, StatementCode.PC_CAN_SHOW)
    both = [Statement.of(code, Grounds.READING) for code in codes]
    assert written(both).startswith("From here the computer answers all the way to the sign-in. Your own PC can show")


def test_nothing_is_written_where_nothing_is_stated() -> None:
    assert written(None) == ""
    assert written([]) == ""


def test_what_it_names_is_escaped_and_a_moment_has_utc_beside_it() -> None:
    shown = written(Statement.of(StatementCode.SAID_SAME_ERROR, Grounds.TOLD, AT, who="<b>Emil"))
    assert "&lt;b&gt;Emil" in shown
    assert 'title="2026-01-02 03:04:05 UTC"' in shown


@pytest.mark.parametrize(
    "given", ['"Nobody is disconnected."', '_("Nobody is disconnected.")', "5", "said|upper", "a b", ""]
)
def test_a_literal_is_refused(given: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% statement " + given + " %}")


@pytest.mark.parametrize("said", ["Nobody is disconnected.", 5, ["Nobody is disconnected."]])
def test_a_text_is_refused(said: object) -> None:
    with pytest.raises(TypeError):
        written(said)


def test_a_number_makes_the_sentence() -> None:
    def queue(number: int) -> str:
        said = Statement.of(StatementCode.QUEUE, Grounds.STATUS, number=number)
        return wording.statement_words(said, Reader.EMPLOYEE)

    assert [queue(0), queue(1), queue(2)] == [
        "No case is before yours.",
        "1 case is before yours.",
        "2 cases are before yours.",
    ]


@pytest.mark.parametrize("code", [StatementCode.STOPS_AT, StatementCode.VISIT_ENDS])
def test_no_reader_is_told_that_a_change_is_stopped_when_only_the_waiting_is(code: StatementCode) -> None:
    said = wording.statement_words(Statement.of(code, Grounds.JOB, AT, length=dt.timedelta(minutes=2), ends=AT))
    assert "stop waiting for it" in said
    assert "helpdesk takes over" in said
