"""Windows and people, known by their words: in other forms, with noise, and never where something else is meant."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import shipped_catalog
from troubleshoot.engine.code_numbers import PastedCode
from troubleshoot.engine.letters import squeeze
from troubleshoot.engine.text_subjects import Subjects
from troubleshoot.engine.windows import PLACEHOLDER, Window, WindowTable

TABLE = shipped_catalog().codes
NEAR = (Path(__file__).parent / "reports/near_sentences.txt").read_text(encoding="utf-8").splitlines()
MOST_FALSE = 3
SURE = [window for window in TABLE.windows.windows if not (window.general or window.refines)]
SENTENCES = [(window, text) for window in SURE for text in window.sentences]
NAMES = ["vm01.example.net", "10.0.0.9", "HOST01"]


def filled(text: str, chance: random.Random) -> str:
    return text.replace(PLACEHOLDER, f'"{chance.choice(NAMES)}"')


def without_blanks(text: str, chance: random.Random) -> str:
    return "".join(sign for sign in text if sign != " " or chance.random() < 0.4)


def misread(text: str, chance: random.Random) -> str:
    """Return what a reader of pictures makes of a text: one letter in twenty-five is another one."""
    return "".join("l" if sign.isalpha() and chance.random() < 0.04 else sign for sign in text)


def wrapped(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    return "".join(word + ("\r\n" if chance.random() < 0.2 else " ") for word in words)


def in_a_window(text: str, chance: random.Random) -> str:
    return f"[Window Title]\r\nRemote Desktop Connection\r\n\r\n[Content]\r\n{text}\r\n\r\n[^] Hide details  [OK]"


NOISE = {
    "as it stands": lambda text, chance: text,
    "in capitals": lambda text, chance: text.upper(),
    "lost blanks": without_blanks,
    "wrapped lines": wrapped,
    "in a window": in_a_window,
}


def missed(noise: str) -> Iterator[str]:
    chance = random.Random(noise)
    for window, text in SENTENCES:
        changed = {**NOISE, "misread": misread}[noise](filled(text, chance), chance)
        found = [match.window for match in TABLE.windows.find(changed)]
        if not found or (found[0].guide, found[0].code) != (window.guide, window.code):
            yield f"{window.name}: {changed} -> {[one.name for one in found]}"


class TestTheTable:
    def test_is_large_and_speaks_eight_languages(self) -> None:
        assert len(TABLE.windows.windows) >= 120
        assert len(SENTENCES) >= 600

    @pytest.mark.parametrize("noise", NOISE)
    def test_finds_each_of_its_sentences(self, noise: str) -> None:
        assert list(missed(noise)) == []

    def test_finds_nearly_all_where_letters_were_misread(self) -> None:
        # Sentences that other programs have, too, need more of their letters.
        assert len(list(missed("misread"))) <= len(SENTENCES) // 11

    def test_leads_nearly_none_of_other_sentences_to_a_guide(self) -> None:
        assert len(NEAR) >= 200
        led = [text for text in NEAR if TABLE.identify(text).leads_to[0]]
        assert len(led) <= MOST_FALSE, led

    def test_takes_linear_time_for_a_long_text(self) -> None:
        for unit in (
            "An internal error has occurred. ",
            "black screen ",
            "the connection to the remote computer was lost ",
        ):
            started = time.process_time()
            assert len(TABLE.windows.find(unit * (100_000 // len(unit)))) <= 4
            assert time.process_time() - started < 1.0


def window(name: str = "It is dark", **values: object) -> Window:
    return Window(name, "documented", "a test", **values)  # type: ignore[arg-type]


class TestOneWindow:
    SENTENCE = "The lamp on the desk did not light up in time"

    def found(self, text: str, *windows: Window, subjects: Subjects = Subjects()) -> list[str]:  # noqa: B008 - frozen
        return [match.window.name for match in WindowTable(windows, subjects).find(text)]

    def test_is_found_whatever_blanks_case_and_accents_are(self) -> None:
        assert self.found("THE LAMP on  the\tdésk did\nnot light-up in time!", window(sentences=(self.SENTENCE,)))

    def test_is_not_found_where_half_of_it_is_missing(self) -> None:
        assert not self.found("The lamp on the desk is green", window(sentences=(self.SENTENCE,)))

    def test_is_not_found_where_its_words_are_far_apart(self) -> None:
        apart = "The lamp on the desk " + "and so on, " * 40 + " did not light up in time"
        assert not self.found(apart, window(sentences=(self.SENTENCE,)))

    def test_is_the_one_that_explains_most_of_the_text(self) -> None:
        long = window("Why", sentences=(f"{self.SENTENCE} because the plug is missing",))
        assert (
            self.found(f"{self.SENTENCE} because the plug is missing", window(sentences=(self.SENTENCE,)), long)[0]
            == "Why"
        )

    def test_that_other_programs_have_too_counts_only_in_a_text_about_ours(self) -> None:
        general = window(sentences=(self.SENTENCE,), general=True)
        about = Subjects(ours=("remote desktop",), others=("citrix", "ssh"))
        assert self.found(self.SENTENCE, general, subjects=about)
        assert self.found(f"Remote Desktop: {self.SENTENCE}", general, subjects=about)
        assert not self.found(f"Citrix: {self.SENTENCE}", general, subjects=about)
        assert not self.found(f"{self.SENTENCE}. {'Something else happened, and more. ' * 5}", general, subjects=about)

    def test_a_short_word_of_a_subject_stands_alone(self) -> None:
        own = window(words=("lamp dark",), own_words=True)
        assert self.found("my lamp has this share of dark", own, subjects=Subjects(others=("ssh",)))
        assert not self.found("my lamp is dark over ssh", own, subjects=Subjects(others=("ssh",)))

    def test_words_stand_near_each_other_in_any_order(self) -> None:
        own = window(words=("lamp dark",), own_words=True)
        assert self.found("it is dark, and the lamp is on", own)
        assert not self.found("dark " + "and so on " * 40 + "lamp", own)

    def test_a_word_may_have_several_forms(self) -> None:
        own = window(words=("lamp|light dark|black",))
        assert self.found("the light is black", own)
        assert self.found("a dark lamp", own)
        assert not self.found("the lamp of the light is green", own)

    def test_that_is_mangled_counts_only_where_remote_desktop_is_named(self) -> None:
        mangled = "the lamp on the desk did not ligth up"
        about = Subjects(ours=("rdp",))
        assert self.found(f"rdp: {mangled}", window(sentences=(self.SENTENCE,)), subjects=about)
        assert not self.found(f"xyz: {mangled}", window(sentences=(self.SENTENCE,)), subjects=about)

    def test_beside_another_program_needs_a_word_that_both_have(self) -> None:
        about = Subjects(shared=("desk",), others=("citrix",))
        assert self.found(f"{self.SENTENCE} (citrix)", window(sentences=(self.SENTENCE,)), subjects=about)
        assert not self.found(
            f"{self.SENTENCE} (citrix)", window(sentences=(self.SENTENCE,), general=True), subjects=about
        )
        assert not self.found("citrix: the desk is dark", window(words=("desk dark",)), subjects=about)

    def test_says_where_it_was_seen(self) -> None:
        match = WindowTable([window(sentences=(self.SENTENCE,))]).find(f"Hello. {self.SENTENCE}. Bye.")[0]
        assert self.SENTENCE in match.text
        assert match.share > 0.99

    def test_letters_of_every_script_are_squeezed_alike(self) -> None:
        assert squeeze("Ähnlich É 远程 ﾘﾓｰﾄ 7!") == squeeze("ahnliche远程リモート")


class TestTheWayOn:
    def test_a_number_that_is_known_counts_before_the_words(self) -> None:
        found = TABLE.identify("Your credentials did not work.\nError code: 0xD07\nExtended error code: 0x0")
        assert found.used is not None
        assert (found.used.code, found.leads_to) == (PastedCode("mstsc", 0xD07, 0), ("rdp-sign-in", "locked"))

    def test_words_count_where_the_number_says_nothing(self) -> None:
        found = TABLE.identify("This user account has expired.\nError code: 0x0\nExtended error code: 0x0")
        assert found.leads_to == ("rdp-sign-in", "expired")

    def test_a_person_may_say_that_something_else_is_meant(self) -> None:
        assert TABLE.identify("I see a black screen after sign-in").leads_to[0] == "rdp-picture"
        assert TABLE.identify("I see a black screen after sign-in", prefer="words:other").leads_to == ("", "")

    def test_the_kind_of_account_counts_only_beside_a_refusal(self) -> None:
        assert TABLE.identify("0x807 as AzureAD\\anna").leads_to == ("rdp-sign-in", "entra")
        assert TABLE.identify("0xF07 with my Microsoft account").leads_to == ("rdp-sign-in", "microsoft_account")
        assert TABLE.identify("0x204 as AzureAD\\anna").leads_to == ("rdp-no-connection", "")
        assert TABLE.identify("my AzureAD account").leads_to == ("", "")
