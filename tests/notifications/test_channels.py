"""A channel is one module in one folder: nothing else names it."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone

from tests.conftest import MakePerson
from tests.notifications.conftest import SHIPPED
from tests.notifications.smtp import MailServer
from troubleshoot import notifications, operations
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Delivery, Notice, Site
from troubleshoot.notifications import channels, deliveries
from troubleshoot.people import replace_password

PAGER = """
from pathlib import Path
from troubleshoot.models import Delivery
from troubleshoot.notifications.channels import NotDelivered

TITLE = "Pager"
FILE = Path(__file__).with_suffix(".log")

def reaches(person):
    return person.name in ("Ann", "Cid")

def send(message):
    if message.person.name == "Cid":
        raise NotDelivered(Delivery.Fault.REFUSED, "has no pager")
    with FILE.open("a") as file:
        file.write(f"{message.key} {message.person} {message.text} {message.link}")
"""


@pytest.fixture
def folder(tmp_path: Path, folders: list[str]) -> Generator[Path]:
    """A scratch folder that is looked into as that of the channels is."""
    before, scratch = set(vars(channels)), tmp_path / "scratch"
    scratch.mkdir()
    folders.append(str(scratch))
    yield scratch
    for name in set(vars(channels)) - before:
        delattr(channels, name)
        sys.modules.pop(f"{channels.__name__}.{name}", None)


@pytest.mark.django_db
def test_a_second_channel_is_one_more_module(folder: Path, server: MailServer, person: MakePerson, north: Site) -> None:
    (folder / "pager.py").write_text(PAGER)
    people = [person(name, "employee", site=north) for name in ("Ann", "Bob", "Cid")]
    notifications.notify(people, NoticeCode.SENTENCE, {"text": "Something happened."})
    operations.sweep()
    sent = Delivery.objects.get(channel="pager", state="sent")
    assert (folder / "pager.log").read_text() == f"{sent.pk} Ann Something happened. https://help.corp.example/"
    assert server.readers == ["ann@corp.example", "bob@corp.example", "cid@corp.example"]
    (trouble,) = operations.channel_troubles()
    assert (trouble.title, [str(one.notice.person) for one in trouble.given_up]) == ("Pager", ["Cid"])


@pytest.mark.django_db
def test_what_waits_for_a_channel_that_was_taken_out_is_given_up_and_named(
    server: MailServer, person: MakePerson, north: Site
) -> None:
    notifications.notify([person("Ann", "employee", site=north)], NoticeCode.SENTENCE, {"text": "Something happened."})
    Delivery.objects.update(channel="pager")
    operations.sweep()
    assert Delivery.objects.get().state == "waiting"
    assert operations.channel_troubles() == []
    Delivery.objects.update(next_try_at=timezone.now() - deliveries.GIVEN_UP_AFTER)
    operations.sweep()
    assert Delivery.objects.get().state == "failed"
    (trouble,) = operations.channel_troubles()
    assert (trouble.title, [str(one.notice.person) for one in trouble.given_up]) == ("pager", ["Ann"])
    assert trouble.given_up[0].last_error == "the channel is not installed any more"


def test_a_module_that_is_no_channel_stops_the_start(folder: Path) -> None:
    (folder / "half.py").write_text('TITLE = "Half"\n')
    with pytest.raises(ImproperlyConfigured, match=r"channels\.half is no channel"):
        notifications.installed_channels()
    with pytest.raises(SystemCheckError, match=r"channels\.half is no channel"):
        call_command("check")


def test_the_shipped_ones_are_found_by_looking(folders: list[str]) -> None:
    folders[:] = [str(SHIPPED)]
    modules = {file.stem for file in SHIPPED.glob("*.py")} - {"__init__"}
    assert set(notifications.installed_channels()) == modules >= {"email"}


@pytest.mark.django_db
def test_everything_that_is_told_goes_by_every_channel(person: MakePerson, north: Site) -> None:
    admin, ann = person("Dora", "administrator", site=north), person("Ann", "employee", site=north)
    replace_password(actor=admin, person=ann)
    for notice in Notice.objects.all():
        assert set(notice.deliveries.values_list("channel", flat=True)) == set(notifications.installed_channels())
    assert ann.notices.exists()
