"""A list of computers, judged and imported in two steps."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import MakePerson
from tests.web.administrator.pages import HOSTS, tags, words
from troubleshoot.models import Host, Site

pytestmark = pytest.mark.django_db


class TestAList:
    def send(self, browser: Client, data: bytes | str) -> Any:
        content = data.encode() if isinstance(data, str) else data
        return browser.post(f"{HOSTS}/import", {"file": SimpleUploadedFile("list.csv", content, "text/csv")})

    def judged(self, page: Any) -> str:
        found = re.search(r'name="judged" value="([^"]+)"', page.content.decode())
        assert found
        return found[1]

    def test_is_judged_first_and_imported_exactly_as_judged(self, browser: Client, north: Site) -> None:
        page = self.send(browser, "name,site\nACC-01,north\nACC-02,north\n")
        assert page.status_code == 200
        assert "2 to register, 0 to change, 0 unchanged." in words(page)
        assert not Host.objects.exists()
        done = browser.post(f"{HOSTS}/import", {"judged": self.judged(page)}, follow=True)
        assert "2 registered, 0 changed, 0 unchanged." in words(done)
        assert set(Host.objects.values_list("name", flat=True)) == {"ACC-01", "ACC-02"}
        again = self.send(browser, "name,site\nACC-01,north\nACC-02,north\n")
        assert "Import exactly this list" not in words(again)

    def test_with_faults_is_shown_by_row_and_column_and_nothing_is_imported(self, browser: Client, north: Site) -> None:
        page = self.send(browser, "name,site,rdp_port\nACC-01,north,3389\n<b>x</b>,north,0\n")
        assert page.status_code == 422
        assert "2 problems. Nothing was imported." in words(page)
        assert "<b>x" not in page.content.decode()
        assert not Host.objects.exists()

    @pytest.mark.parametrize(
        "data", [b"", b"\0", b"PK\x03\x04zip", b"\xff\xfen\0a\0", b"name\nx\n", b'name,site\n"x,north\n']
    )
    def test_that_is_none_is_refused(self, browser: Client, north: Site, data: bytes) -> None:
        assert self.send(browser, data).status_code == 422
        assert not Host.objects.exists()

    def test_that_somebody_else_judged_or_that_was_changed_is_not_imported(
        self, browser: Client, north: Site, person: MakePerson
    ) -> None:
        judged = self.judged(self.send(browser, "name,site\nACC-01,north\n"))
        other = Client()
        other.force_login(person("Eva", "administrator", site=north))
        for client, text in ((other, judged), (browser, judged[:-1]), (browser, "x"), (browser, "")):
            page = client.post(f"{HOSTS}/import", {"judged": text}, follow=True)
            assert "This page was out of date" in words(page)
        assert not Host.objects.exists()

    def test_that_reaches_into_another_site_is_recorded_as_a_refusal(
        self, browser: Client, north: Site, south: Site
    ) -> None:
        page = self.send(browser, "name,site\nACC-01,south\n")
        assert page.status_code == 422
        assert "There is no such site." in words(page)
        assert tags()[-1] == "access:refuse"
