"""What was said about a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot.models import Case, Job, Message


@dataclass
class Talk:
    """The messages of a case, the oldest first; internal notes only for a reader who may read them."""

    case: Case
    internal: bool
    most: int | None = None

    @cached_property
    def messages(self) -> list[Message]:
        """Return the latest of them."""
        rows = self.case.messages.select_related("author").order_by("-pk")
        rows = rows if self.internal else rows.filter(internal=False)
        return list(rows[: self.most])[::-1]

    def since(self, moment: dt.datetime) -> list[Message]:
        """Return what was said from a moment on."""
        return [one for one in self.messages if one.at >= moment]

    def unanswered(self, job: Job) -> list[Message]:
        """Return what was asked about a plan, and nobody who could has answered since."""
        person = self.case.beneficiary_id
        answers = (
            one
            for one in self.messages
            if one.job_id is None and (one.author_id != person or job.requester_id == person)
        )
        spoke = max((one.pk for one in answers), default=0)
        return [one for one in self.messages if one.job_id == job.pk and one.pk > spoke]
