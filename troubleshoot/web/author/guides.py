"""The guides as maps: each as a picture and as an equal outline, with the path of a case lit where one is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from troubleshoot import catalog, diagnosis, people
from troubleshoot.engine import ErrorCode, Guide, GuideStep, GuideSteps, Walk
from troubleshoot.models import Case
from troubleshoot.web.author import codes, guide_map
from troubleshoot.web.view_rules import asked, rule, visitor

#: How large the pictures are drawn, against their natural size; `fit` is as wide as the page.
SIZES: Mapping[str, float] = MappingProxyType({"small": 0.6, "natural": 1.0, "large": 1.5, "fit": 0})
MOST_CODES = 12


@dataclass(frozen=True)
class Chart:
    """The picture and the outline of one part, as one page shows them."""

    picture: guide_map.GuidePicture
    guide: Guide
    walk: Walk | None
    scale: float

    @property
    def anchor(self) -> str:
        """Return the anchor under which the page keeps it."""
        return f"part-{self.picture.part}" if self.picture.part else "part"

    @property
    def title(self) -> str:
        """Return the part in words."""
        words = guide_map.part_in_words(self.picture.part)
        return words[:1].upper() + words[1:] or _("Where it begins")

    @property
    def width(self) -> int:
        """Return the width in pixels; 0: as wide as the page."""
        return round(self.picture.width * self.scale)

    @property
    def view(self) -> str:
        """Return the part of the plane that is shown."""
        return f"-2 -2 {self.picture.width + 4:.0f} {self.picture.height + 6:.0f}"

    @cached_property
    def _path(self) -> dict[str, str]:
        return dict(self.walk.path) if self.walk else {}

    @cached_property
    def places(self) -> dict[str, int]:
        """Return each step of the walk with its number on it."""
        return {name: number for number, name in enumerate([*self._path, *self._at], 1)}

    @cached_property
    def _at(self) -> tuple[str, ...]:
        return (self.walk.at.name,) if self.walk else ()

    @property
    def lit(self) -> int:
        """Return how many steps of this part the case has met."""
        return sum(step.name in self.places for step in self.picture.steps)

    def boxes(self) -> list[dict[str, Any]]:
        """Return the boxes, each with its number on the path of the case (0: not on it, or a way out that it did not
        take)."""
        taken = {one["path"].target for one in self.paths() if one["lit"]}
        return [
            {
                "box": box,
                "kind": kind(box.step),
                "number": self.places.get(box.step.name, 0) if box.part is None or box.step.name in taken else 0,
                "here": box.part is None and box.step.name in self._at,
            }
            for box in self.picture.boxes
        ]

    def paths(self) -> list[dict[str, Any]]:
        """Return the lines, those that the case went last, so that they lie above the others."""
        drawn = [{"path": one, "lit": self._path.get(one.step) in one.answers} for one in self.picture.paths]
        return sorted(drawn, key=lambda one: bool(one["lit"]))

    def outline(self) -> list[dict[str, Any]]:
        """Return the same as text: each step with its answers, and where they lead."""
        return [
            {
                "step": step,
                "kind": kind(step),
                "words": step.title or step.subject,
                "number": self.places.get(step.name, 0),
                "here": step.name in self._at,
                "answers": [
                    (step.words(answer), self.guide.steps[target], self._path.get(step.name) == answer)
                    for answer, target in step.to.items()
                ],
            }
            for step in self.picture.steps
        ]


@rule("guide.read")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show every guide that is installed."""
    guides = catalog.installed_catalog().guides.values()
    rows = [{"guide": one, "steps": len(one.steps), "codes": len(_codes(one.name))} for one in guides]
    return render(request, "author/guides.html", {"rows": rows})


@rule("guide.read")
@require_safe
def shown(request: HttpRequest, name: str) -> HttpResponse:
    """Show one guide, as it is installed; with a case, as it was when the case began, and with the path of that."""
    case, guide = None, catalog.installed_catalog().guides.get(name)
    if number := asked(request, "case"):
        case = people.obtain_object(Case.objects.with_guide(), visitor(request), "case.read", pk=number)
        guide = _with_parts(diagnosis.case_guide(case), guide) if case.guide.name == name else None
    if guide is None:
        raise Http404
    size = request.GET.get("size", "")
    walk = diagnosis.replay_case(case) if case else None
    scale = SIZES.get(size, 1.0)
    leading = _codes(name)
    context = {
        "guide": guide,
        "case": case,
        "charts": [Chart(picture, guide, walk, scale) for picture in guide_map.guide_pictures(guide)],
        "size": size if size in SIZES else "natural",
        "sizes": list(SIZES),
        "codes": [(one, codes.address(one.code)) for one in leading[:MOST_CODES]],
        "more_codes": [(one, codes.address(one.code)) for one in leading[MOST_CODES:]],
    }
    return render(request, "author/guide.html", context)


def kind(step: GuideStep) -> str:
    """Return what kind of step it is, in a word or two."""
    ends = {"solved": _("End: solved"), "escalate": _("End: helpdesk"), "explained": _("End: explained")}
    kinds = {"fact": _("Reading"), "cause": _("Judgement"), "ask": _("Question"), "try": _("To try"), "fix": _("Fix")}
    return ends.get(step.subject, "") if step.kind == "end" else kinds[step.kind]


def _codes(name: str) -> list[ErrorCode]:
    return [entry for entry in catalog.installed_catalog().codes.entries.values() if entry.guide == name]


def _with_parts(stored: Guide, installed: Guide | None) -> Guide:
    """Return the guide of a case, its steps in the parts in which the installed one has steps of the same name.

    The text that a case keeps no longer knows which step came from which part.
    """
    parts = {name: step.part for name, step in installed.steps.items()} if installed else {}
    steps = {name: replace(step, part=parts.get(name, guide_map.WHOLE)) for name, step in stored.steps.items()}
    return replace(stored, steps=GuideSteps(steps))
