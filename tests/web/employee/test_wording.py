"""The words for readings and ends: every value that a probe or a job can have has its own."""

import datetime as dt

import pytest

from troubleshoot import catalog, wording
from troubleshoot.engine import CaseMatter, Code, Explanation
from troubleshoot.models import ENDED_STATES, Job, JobState
from troubleshoot.reports.outcome_groups import CHANGES
from troubleshoot.wording.checks import expired_words

GOOD = {JobState.VERIFIED, JobState.DONE}
UP_TO = {"no_name": 0, "refused": 1, "timed_out": 1, "closed_before_confirm": 2, "not_rdp": 2, "negotiation_refused": 2}


def report(stage: str, **facts: str) -> dict[str, object]:
    """What the network probe says of a connection that came so far."""
    names = ["name", "tcp", "x224", "tls"]
    last = UP_TO.get(stage, 3)
    stages = [
        {"name": name, "ok": place < last or stage == "ok", "ms": 40} for place, name in enumerate(names[: last + 1])
    ]
    return {"stages": stages, "facts": {"rdp.stage": stage, **facts}}


def lines(network: dict[str, object] | None, facts: dict[str, str] | None, **more: str) -> list[wording.CheckLine]:
    return wording.check_lines(
        network=network, facts=facts, certificate={}, state=more.get("state", JobState.CLAIMED), inside=6.2
    )


@pytest.mark.parametrize("stage", catalog.all_facts().values["rdp.stage"])
def test_every_stage_has_words_and_marks_where_it_stops(stage: str) -> None:
    found = lines(report(stage), {"windows.reached": "yes"})
    assert [bool(line.answer) for line in found] == [True] * 5
    assert any(line.look == "bad" for line in found) == (stage not in {"ok", "unknown"})


@pytest.mark.parametrize("failure", catalog.all_facts().values["rdp.negotiation_failure"])
def test_every_refusal_has_words(failure: str) -> None:
    speaks = lines(report("negotiation_refused", **{"rdp.negotiation_failure": failure}), {})[2]
    assert (speaks.look, speaks.answer.startswith("It answers")) == ("bad", True)


@pytest.mark.parametrize("certificate", catalog.all_facts().values["rdp.certificate"])
def test_only_a_bad_certificate_is_marked(certificate: str) -> None:
    secure = lines(report("ok", **{"rdp.certificate": certificate}), {})[3]
    assert (secure.look == "bad") == (certificate in {"expired", "not_yet_valid", "mismatch"})


@pytest.mark.parametrize("reached", catalog.all_facts().values["windows.reached"])
def test_what_we_may_not_look_into_is_not_called_bad(reached: str) -> None:
    inside = lines(report("ok"), {"windows.reached": reached})[4]
    assert (inside.look, inside.seconds) == (("ok", "6.2 s") if reached == "yes" else ("skip", ""))


def test_lines_wait_then_look_then_know() -> None:
    assert [line.look for line in lines(None, None, state=JobState.QUEUED)] == ["waiting"] * 5
    assert [line.look for line in lines(None, None)] == ["now"] + ["waiting"] * 4
    assert [line.look for line in lines(report("ok"), None)][4] == "now"


@pytest.mark.parametrize("state", sorted(ENDED_STATES))
def test_every_bad_end_says_what_it_means_and_who_acts(state: JobState) -> None:
    job = Job(kind="apply", state=state)
    end = wording.unbegun_words(job) or wording.bad_end_words(state, "ACC-07")
    assert (end is None) == (state in GOOD)
    assert end is None or (end.title and end.next)


def test_what_is_said_of_every_remedy_does_not_say_where_its_check_looks() -> None:
    """Some are proved by reading again what is inside."""
    said = [line.question for line in wording.running_steps(JobState.RUNNING, {0: "A"}, [])]
    end = wording.bad_end_words(JobState.NOT_VERIFIED, "ACC-07")
    said += [end.text if end else "", *(str(group.meaning) for group in CHANGES.values())]
    assert [words for words in said if "outside" in words] == []


def test_a_running_change_shows_how_far_it_is() -> None:
    def looks(state: JobState, *changing: int) -> list[str]:
        story = [Explanation.of(Code.STEP, stage="read", item=2, title="B"), Explanation.sentence("Changing: B")]
        story += [Explanation.of(Code.STEP, stage="write", item=place, title="?") for place in changing]
        return [line.look for line in wording.running_steps(state, {0: "A", 2: "B"}, story)]

    assert looks(JobState.QUEUED) == ["waiting"] * 5
    assert looks(JobState.STARTING) == ["now", "waiting", "waiting", "waiting", "waiting"]
    assert looks(JobState.RUNNING, 0) == ["ok", "ok", "now", "waiting", "waiting"]
    assert looks(JobState.RUNNING, 0, 2) == ["ok", "ok", "ok", "now", "waiting"]
    assert looks(JobState.VERIFYING, 0, 2) == ["ok", "ok", "ok", "ok", "now"]


def test_time_is_told_in_two_units() -> None:
    lengths = (-9, 0, 59, 120, 250, 7200, 7500, 100_000)
    told = [wording.length_words(dt.timedelta(seconds=each)) for each in lengths]
    assert told == ["0 s", "1 s", "59 s", "2 min", "4 min 10 s", "2 h", "2 h 5 min", "1 d 3 h"]


def test_what_takes_a_moment_is_told_more_exactly_and_never_as_nothing() -> None:
    told = [wording.length_words(dt.timedelta(milliseconds=each), precise=True) for each in (3, 6234, 250_000)]
    assert told == ["0.1 s", "6.2 s", "4 min 10 s"]


def test_an_expired_certificate_says_since_when() -> None:
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert expired_words({"not_after": "2026-11-10T00:00:00Z"}, now) == "Certificate expired 12 days ago"
    assert expired_words({"not_after": "2026-11-21T00:00:00Z"}, now) == "Certificate expired 1 day ago"
    assert expired_words({}, now) == expired_words({"not_after": "x"}, now) == "Certificate expired"


def test_a_silent_computer_that_was_tried_twice_is_not_offered_again() -> None:
    once, twice = (wording.bad_end_words(JobState.UNREACHABLE, "ACC-07", again=again) for again in (True, False))
    assert once
    assert twice
    assert "Try again" in once.next
    assert "Try again" not in twice.next
    denied = wording.bad_end_words(JobState.UNREACHABLE, "ACC-07", denied=True)
    assert denied
    assert denied.title == "ACC-07 did not accept our account"


def test_a_case_that_helpdesk_has_to_act_on_says_so_in_a_list() -> None:
    assert wording.case_state_words(CaseMatter.CHOOSE, "") == ("A fix was found", "info")
    assert wording.case_state_words(CaseMatter.PLAN, "") == ("With helpdesk", "info")
    assert wording.case_state_words(CaseMatter.QUESTION, "") == ("Waits for your answer", "warn")
    assert wording.case_state_words(CaseMatter.LATER, "") == ("You put it off", "")
    assert wording.case_state_words(CaseMatter.CLOSED, "withdrawn") == ("Closed by you", "")


def test_the_path_calls_a_fix_failed_that_failed_and_not_unverified() -> None:
    assert wording.remedy_end_words(Job(kind="apply", state=JobState.FAILED)) == "failed"
    assert wording.remedy_end_words(Job(kind="apply", state=JobState.NOT_VERIFIED)) == ""
