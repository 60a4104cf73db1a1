"""Texts with parts in several languages: safe in a page, where each part says its language; plain everywhere else."""

import csv
import io
import json
from collections.abc import Iterator
from email.header import decode_header, make_header

import pytest
from django.core.mail import EmailMessage
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.wording.languages import marked
from troubleshoot import wording

SENTENCE = "%(who)s ran “%(what)s”"


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """A reader of another language than the content's, and one of the same."""
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def foreign() -> Iterator[None]:
    with translation.override("de"):
        yield


def rendered(template: str, **values: object) -> str:
    return Template(template).render(Context(values))


class TestASentence:
    def test_says_the_language_of_each_value_that_has_one(self, language: str) -> None:
        values = {"who": "Emil", "what": wording.content("Restart")}
        said = wording.compose(SENTENCE, values)
        assert said == "Emil ran “Restart”"
        assert marked(said) == (["Restart"] if language == "de" else [])
        assert marked(wording.own_words("Wie?")) == (["Wie?"] if language == "de" else [])

    @pytest.mark.usefixtures("foreign")
    def test_is_written_so_by_a_template_and_within_a_sentence_of_it(self) -> None:
        said = wording.compose("Undo: %s", wording.content("A & B"))
        assert rendered("{{ said }}", said=said) == 'Undo: <span lang="en">A &amp; B</span>'
        page = rendered("{% load i18n %}{% blocktranslate %}{{ said }}!{% endblocktranslate %}", said=said)
        assert page == 'Undo: <span lang="en">A &amp; B</span>!'

    @pytest.mark.usefixtures("foreign")
    def test_loses_the_marks_and_nothing_else_where_no_element_fits(self) -> None:
        said = wording.own_words('"A" & B')
        assert rendered("{{ said|plain }}", said=said) == "&quot;A&quot; &amp; B"

    @pytest.mark.usefixtures("foreign")
    def test_keeps_its_lines(self) -> None:
        said = wording.own_words("one\n<b>")
        assert rendered("{{ said|with_lines }}", said=said) == '<span lang="">one<br>&lt;b&gt;</span>'
        assert rendered("{{ said|with_lines }}", said="one\n<b>") == "one<br>&lt;b&gt;"

    @pytest.mark.usefixtures("foreign")
    def test_is_marked_once_whatever_marks_it_again(self) -> None:
        assert rendered("{{ said|content }}", said=wording.own_words("a")) == '<span lang="">a</span>'
        assert rendered("{{ said|content }}", said="") == ""

    @given(sentence=st.text(), values=st.lists(st.text(), min_size=2, max_size=2))
    def test_is_safe_whatever_it_and_its_values_are(self, sentence: str, values: list[str]) -> None:
        with translation.override("de"):
            text = sentence.replace("%", "%%").replace("\x00", "") + "%(a)s%(b)s"
            a, b = (value.replace("\x00", "").replace("\r", "") for value in values)
            said = wording.compose(text.replace("\r", ""), {"a": wording.content(a), "b": b})
            marked(wording.join_texts("<&>", [said, a, wording.own_words(b)]))


@pytest.mark.usefixtures("foreign")
class TestOutsideOfPages:
    """Files, mail, JSON and commands take a text as text."""

    PLAIN = "<Emil> ran “A & B”"

    @property
    def said(self) -> str:
        return wording.compose(SENTENCE, {"who": "<Emil>", "what": wording.content("A & B")})

    def test_it_is_plain_in_json(self) -> None:
        assert json.loads(json.dumps({"said": self.said})) == {"said": self.PLAIN}

    def test_it_is_plain_in_a_file(self) -> None:
        file = io.StringIO()
        csv.writer(file).writerow([self.said])
        assert file.getvalue().strip() == self.PLAIN

    def test_it_is_plain_in_mail(self) -> None:
        mail = EmailMessage(self.said, self.said, to=["emil@corp.example"]).message()
        assert str(make_header(decode_header(mail["Subject"]))) == self.PLAIN
        body = mail.get_payload(decode=True)
        assert isinstance(body, bytes)
        assert body.decode() == self.PLAIN

    def test_it_is_plain_wherever_another_text_is_made_of_it(self) -> None:
        made = [f"{self.said}", "%s" % self.said, " ".join([self.said]), self.said + "", str(self.said)]  # noqa: UP031
        assert made == [self.PLAIN] * 5
        assert {type(one) for one in made} == {str}
