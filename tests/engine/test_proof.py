"""The check from outside, and the guards before it."""

from dataclasses import replace

import pytest

from tests.engine.sample import sample
from troubleshoot.engine import judge_run, unmet_guards
from troubleshoot.engine.action import Verify
from troubleshoot.engine.proof import became_worse, comes_through, still_short

STAGES = {"rdp.stage": {"no_name": 0, "refused": 1, "timed_out": 1, "closed": 2, "negotiation": 3, "tls": 4, "ok": 5}}
VERIFY = Verify(90, {"rdp.stage": ("ok",), "rdp.certificate": ("valid",)})
CATALOG = sample()
ACTION = CATALOG.actions["switch-on"]


def seen(stage: str, certificate: str = "unknown") -> dict[str, str]:
    return {"rdp.stage": stage, "rdp.certificate": certificate}


GOOD = seen("ok", "valid")
BAD = seen("negotiation")


class TestVerdict:
    @pytest.mark.parametrize(
        ("readings", "expected"),
        [
            ([], "not_verified"),
            ([GOOD], "not_verified"),
            ([GOOD, GOOD], "verified"),
            ([BAD, GOOD], "not_verified"),
            ([GOOD, BAD], "not_verified"),
            ([BAD, GOOD, GOOD], "verified"),
            ([GOOD, GOOD, BAD], "not_verified"),
            ([seen("ok", "expired")] * 2, "not_verified"),
            ([BAD, BAD], "not_verified"),
            ([seen("refused")] * 2, "worse"),
            ([seen("refused")], "not_verified"),
            ([seen("refused"), seen("timed_out")], "not_verified"),
            ([seen("refused"), BAD], "not_verified"),
            ([seen("unknown")] * 2, "not_verified"),
        ],
    )
    def test_needs_two_agreeing_readings(self, readings: list[dict[str, str]], expected: str) -> None:
        assert judge_run(VERIFY, STAGES, BAD, readings) == expected

    def test_needs_agreement_even_within_what_is_allowed(self) -> None:
        loose = Verify(90, {"rdp.stage": ("tls", "ok")})
        assert judge_run(loose, STAGES, BAD, [seen("tls"), seen("ok")]) == "not_verified"


class TestAPromise:
    """It is proved whatever else is in the way; what held before and moved nothing proves nothing."""

    VERIFY = Verify(90, {"windows.layer": ("tls",)})

    @staticmethod
    def at(stage: str, layer: str) -> dict[str, str]:
        return {"rdp.stage": stage, "windows.layer": layer}

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (("negotiation", "rdp"), ("negotiation", "tls"), "verified"),
            (("negotiation", "rdp"), ("ok", "tls"), "verified"),
            (("negotiation", "unknown"), ("negotiation", "tls"), "verified"),
            (("negotiation", "tls"), ("tls", "tls"), "verified"),
            (("ok", "tls"), ("ok", "tls"), "verified"),
            (("unknown", "tls"), ("unknown", "tls"), "verified"),
            (("negotiation", "tls"), ("negotiation", "tls"), "not_verified"),
            (("negotiation", "rdp"), ("ok", "rdp"), "not_verified"),
            (("ok", "tls"), ("refused", "rdp"), "worse"),
            (("ok", "rdp"), ("refused", "tls"), "worse"),
        ],
    )
    def test_is_proved_by_what_it_names(
        self, before: tuple[str, str], after: tuple[str, str], *, expected: str
    ) -> None:
        assert judge_run(self.VERIFY, STAGES, self.at(*before), [self.at(*after)] * 2) == expected

    def test_leaves_the_rest_of_the_way_to_be_told(self) -> None:
        assert comes_through(STAGES, self.at("negotiation", "tls")) is False
        assert comes_through(STAGES, self.at("ok", "rdp")) is True
        assert comes_through(STAGES, self.at("unknown", "tls")) is None
        assert still_short(STAGES, self.at("tls", "tls")) == [{"fact": "rdp.stage", "value": "tls", "wanted": ["ok"]}]


class TestWorse:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (seen("ok", "valid"), seen("tls"), True),
            (seen("tls"), seen("negotiation"), True),
            (seen("refused"), seen("timed_out"), False),
            (seen("refused"), seen("no_name"), True),
            (seen("refused"), seen("ok", "expired"), False),
            (seen("ok", "valid"), seen("ok", "expired"), True),
            (seen("ok", "valid"), seen("unknown"), False),
            (seen("unknown"), seen("no_name"), False),
            (seen("ok", "expired"), seen("ok", "expired"), False),
        ],
    )
    def test_is_an_earlier_stage_or_a_fact_that_no_longer_holds(
        self, before: dict[str, str], after: dict[str, str], *, expected: bool
    ) -> None:
        assert became_worse(before, after, VERIFY, STAGES) is expected

    def test_is_never_concluded_from_nothing(self) -> None:
        assert not became_worse({}, {}, VERIFY, STAGES)
        assert not became_worse(GOOD, {}, VERIFY, STAGES)


class TestGuards:
    def test_let_the_action_run_when_they_hold(self) -> None:
        assert unmet_guards(ACTION, {"lamp.bulb": "good"}) == ()

    def test_say_in_words_what_does_not_hold(self) -> None:
        (refusal,) = unmet_guards(ACTION, {"lamp.bulb": "broken"})
        assert (refusal.fact, refusal.value, refusal.allowed) == ("lamp.bulb", "broken", ("good",))
        assert refusal.text == "The bulb is broken."
        (plain,) = unmet_guards(replace(ACTION, refusals={}), {"lamp.bulb": "broken"})
        assert plain.text == "lamp.bulb is broken; it must be good."

    @pytest.mark.parametrize("facts", [{}, {"lamp.bulb": "unknown"}])
    def test_refuse_what_could_not_be_read(self, facts: dict[str, str]) -> None:
        assert (
            unmet_guards(ACTION, facts)[0].text == "lamp.bulb could not be read; it must be good before this may run."
        )
