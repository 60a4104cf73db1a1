"""What a user of the commands is told when something is wrong: words, never a traceback and never a host's bytes."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import ERROR, Work, opened
from tests.support import replace_everywhere
from troubleshoot.catalog import registry as library
from troubleshoot.engine import CatalogError, ContentProblem, Explanation
from troubleshoot.models import Case, Job, Person

HOSTILE = "\x1b]0;owned\x07\x1b[2J \u202egnp.exe \u2028 end"


def told(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


class TestWhatAHostSaid:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        case = opened(employee, lab("expired-certificate").row, work)
        job = Job.objects.get(case=case)
        said = Explanation.sentence(HOSTILE).to_json()
        job.lines.create(said=said)
        facts = {name: {**fact, "readings": [HOSTILE]} for name, fact in job.facts.items()}
        Job.objects.filter(pk=job.pk).update(why=said, facts=facts)
        return case

    def test_never_steers_the_terminal_of_whoever_reads_it(self, case: Case, employee: Person) -> None:
        job = Job.objects.filter(case=case).earliest("created_at")
        for command in (("jobs", "show", str(job.pk)), ("cases", "show", str(case.pk))):
            said = told(*command, "--actor", employee.email)
            assert not {letter for letter in said if not letter.isprintable()} - {"\n"}
            assert "\\x1b" in said


class TestACommand:
    @pytest.mark.parametrize(
        ("command", "words"),
        [
            (("jobs", "show", "not-a-job"), "number of a job"),
            (("jobs", "show", "00000000-0000-0000-0000-000000000000"), "no such thing"),
            (("jobs", "plan"), "Name a case"),
            (("jobs", "plan", "--host", "NOWHERE", "--action", "x"), "no such thing"),
            (("jobs", "plan", "--case", "999999999999999999999999"), "no such thing"),
            (("cases", "open", "--error", ERROR, "--host", "NOWHERE"), "no such thing"),
            (("cases", "answer", "1", "x"), "STEP=VALUE"),
            (("cases", "open", "--error", "", "--wait", "0"), "Paste the text"),
        ],
    )
    def test_with_a_wrong_option_says_so(self, command: tuple[str, ...], words: str, employee: Person) -> None:
        with pytest.raises(CommandError, match=words):
            told(*command, "--actor", employee.email)

    @pytest.mark.parametrize(
        "command",
        [
            ("jobs", "show", "00000000-0000-0000-0000-000000000000", "--actor", "emil@corp.example"),
            ("cases", "show", "1", "--actor", "emil@corp.example"),
            ("diagnose", "--error", ERROR, "--host", "ACC-07"),
            ("keeper", "--once"),
            ("worker",),
        ],
    )
    def test_without_a_database_says_what_to_do(
        self, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, db: None
    ) -> None:
        def missing(*_: Any, **__: Any) -> None:
            raise OperationalError("no such table: troubleshoot_person")

        monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", missing)
        monkeypatch.setattr("troubleshoot.audit.record", missing)
        with pytest.raises(CommandError, match=r"no such table.*migrate"):
            told(*command)

    def test_with_a_broken_catalogue_names_the_file(self, employee: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise CatalogError([ContentProblem("guides/x.toml", 3, "start", "is no step")])

        replace_everywhere(monkeypatch, library, "installed_catalog", broken)
        with pytest.raises(CommandError, match=r"guides/x\.toml"):
            told("cases", "open", "--error", ERROR, "--actor", employee.email)

    def test_that_looks_without_a_guide_says_who_can_add_one(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        without = replace(library.installed_catalog(), default_guide="")
        replace_everywhere(monkeypatch, library, "installed_catalog", lambda: without)
        with pytest.raises(CommandError, match=r"No guide is installed for this\."):
            told("diagnose", "--error", "It does not work.", "--host", "LAB-01", "--address", "127.0.0.1")
