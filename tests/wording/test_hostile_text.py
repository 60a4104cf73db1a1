"""Sentences with what somebody wrote, or a computer said, in them: a page shows it as text, whatever it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from tests.wording import test_explanations, test_notices, test_refusals
from tests.wording.languages import HOSTILE, marked, spoiled
from troubleshoot import wording
from troubleshoot.engine import Code, Explanation, NoticeCode, Refusal, RefusalCode
from troubleshoot.models import Job, Notice
from troubleshoot.wording.client_report_faults import BLOCK_FAULTS, block_fault


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """A reader of another language than the content's, and one of the same."""
    with translation.override(request.param):
        yield request.param


class TestWhatSomebodyWroteBreaksOutOfNoSentence:
    @pytest.mark.parametrize("code", Code)
    def test_of_an_explanation(self, code: Code, language: str) -> None:
        params = spoiled(test_explanations.SAID[code][0])
        for found in (params, {**params, "said": HOSTILE, "stage": HOSTILE, "who": HOSTILE, "host": HOSTILE}):
            marked(wording.explained(Explanation(code, found)))
            marked(wording.reason(Explanation(code, found)))

    @pytest.mark.parametrize("code", RefusalCode)
    def test_of_a_refusal(self, code: RefusalCode, language: str) -> None:
        wanted = test_refusals.wanted_by(code) - {"cause", "known", "fields"}
        params: dict[str, Any] = {**dict.fromkeys(wanted, HOSTILE), "known": [HOSTILE], "fields": [HOSTILE]}
        params["cause"] = {"code": "host_name_unfit", "params": {"name": HOSTILE}}
        marked(wording.refusal_words(Refusal(code, **params)))

    @pytest.mark.parametrize("code", NoticeCode)
    def test_of_a_notice(self, code: NoticeCode, language: str) -> None:
        params = spoiled({**test_notices.SAID[code][0], "to": "x", "name": "x"})
        marked(wording.notice_words(Notice(code=code, params=params)))

    @pytest.mark.parametrize("fault", BLOCK_FAULTS)
    def test_of_what_is_wrong_with_a_pasted_block(self, fault: str, language: str) -> None:
        for line in (0, 3):
            marked(block_fault({"reason": fault, "line": line, "text": HOSTILE}))

    @pytest.mark.parametrize("kind", Job.Kind)
    def test_of_what_a_change_is_called(self, kind: str, language: str) -> None:
        assert marked(wording.changed_title(HOSTILE, kind)) == ([HOSTILE] if language == "de" else [])

    def test_of_what_a_pc_told(self, language: str) -> None:
        told = {"pc.stage": "refused", "pc.same_address": "differs"}
        said = wording.join_texts(" ", wording.client_report_words(told, HOSTILE))
        assert marked(wording.compose("Told: %s", said)) == []
