"""Hands on a keyboard: everything is reached with Tab alone, as by somebody without a mouse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Locator

if TYPE_CHECKING:  # which has a fixture that makes hands
    from tests.browser.conftest import Visit

#: No page of ours has as many places to stop at.
MOST_STOPS = 300
_FOCUSED = "one => one === document.activeElement"
#: How many stops seem to lie between the focus and this place; of a group of choices only one is a stop.
_STOPS_BEFORE = """one => {
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(
    at => at.checkVisibility() && !at.disabled && at.tabIndex >= 0
      && (at.type !== "radio" || at.checked || at === one));
  return stops.indexOf(one) - stops.indexOf(document.activeElement) - 1;
}"""


@dataclass
class Hands:
    """A visitor who never touches a mouse."""

    visit: Visit

    def reach(self, place: Locator) -> None:
        """Move on with Tab until the focus is there. For the first stops that is not asked each time: they are many."""
        for _ in range(place.evaluate(_STOPS_BEFORE)):
            self.visit.page.keyboard.press("Tab")
        for _ in range(MOST_STOPS):
            if place.evaluate(_FOCUSED):
                return
            self.visit.page.keyboard.press("Tab")
        raise AssertionError(f"{place} cannot be reached by keyboard")

    def press(self, name: str | re.Pattern[str], *, role: str = "button") -> None:
        """Reach what bears this name, a button or a link, and press Enter."""
        self.reach(self.visit.page.get_by_role(role, name=name).first)  # type: ignore[arg-type]
        self.visit.page.keyboard.press("Enter")

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Reach the link with this name, and follow it."""
        self.press(name, role="link")

    def unfold(self, words: str) -> None:
        """Open what is folded under these words."""
        self.reach(self.visit.page.locator("summary", has_text=words).first)
        self.visit.page.keyboard.press("Enter")

    def type(self, label: str, text: str, *, exact: bool = False) -> None:
        """Write into the field with this label, in the place of what stands there; a list goes to what begins so."""
        field = self.visit.page.get_by_label(label, exact=exact).first
        self.reach(field)
        if field.get_attribute("type") not in {None, "date"}:
            self.visit.page.keyboard.press("Control+a")
        self.visit.page.keyboard.type(text)

    def sound(self) -> None:
        """Judge the page; once, in the window with scripts."""
        if self.visit.scripts:
            self.visit.check()

    def choose(self, words: str) -> None:
        """Move with the arrows within a group of choices until this one is taken."""
        wanted = self.visit.page.get_by_label(words, exact=True)
        name = wanted.get_attribute("name")
        self.reach(self.visit.page.locator(f"input[type=radio][name={name}]").first)
        self.visit.page.keyboard.press("Space")
        for _ in range(MOST_STOPS):
            if wanted.is_checked():
                return
            self.visit.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{words!r} cannot be chosen by keyboard")
