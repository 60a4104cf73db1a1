"""Hands on a keyboard: everything is reached with Tab alone, as by somebody without a mouse."""

from dataclasses import dataclass

from playwright.sync_api import Locator

from tests.browser.conftest import Visit

#: No page of ours has as many places to stop at.
MOST_STOPS = 300
_FOCUSED = "one => one === document.activeElement"


@dataclass
class Hands:
    """A visitor who never touches a mouse."""

    visit: Visit

    def reach(self, place: Locator) -> None:
        """Move on with Tab until the focus is there."""
        for _ in range(MOST_STOPS):
            if place.evaluate(_FOCUSED):
                return
            self.visit.page.keyboard.press("Tab")
        raise AssertionError(f"{place} cannot be reached by keyboard")

    def press(self, name: str, *, role: str = "button") -> None:
        """Reach what bears this name, a button or a link, and press Enter."""
        self.reach(self.visit.page.get_by_role(role, name=name).first)  # type: ignore[arg-type]
        self.visit.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        """Reach the link with this name, and follow it."""
        self.press(name, role="link")

    def unfold(self, words: str) -> None:
        """Open what is folded under these words."""
        self.reach(self.visit.page.locator("summary", has_text=words).first)
        self.visit.page.keyboard.press("Enter")

    def type(self, label: str, text: str) -> None:
        """Write into the field with this label."""
        self.reach(self.visit.page.get_by_label(label).first)
        self.visit.page.keyboard.type(text)

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
