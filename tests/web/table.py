"""What every URL answers, by method and visitor, written out by hand. A new URL must be added here."""

from dataclasses import dataclass, field

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ROLES = ("employee", "helpdesk", "approver", "author", "manager", "auditor", "administrator")
#: Not signed in · signed in without a role · one visitor per role.
VISITORS = ("anonymous", "nobody", *ROLES)


@dataclass(frozen=True)
class Url:
    """`answers` maps a method to a status, or to a status per visitor; what it leaves out is 405.

    A URL that is not public sends the anonymous visitor to sign in (302), and a fragment there as well (401).
    `objects` are the paths to ask for when the route has parameters, with the visitors who may see each.
    """

    public: bool = False
    answers: dict[str, int | dict[str, int]] = field(default_factory=dict)
    objects: tuple[str, ...] = ()

    def expected(self, method: str, visitor: str, *, fragment: bool) -> int:
        """The status that this visitor gets."""
        if visitor == "anonymous" and not self.public:
            return 401 if fragment else 302
        answer = self.answers.get(method, 405)
        return answer if isinstance(answer, int) else answer.get(visitor, answer["*"])


TABLE = {
    "": Url(answers={"GET": 200, "HEAD": 200}),
    "sign-in": Url(
        public=True,
        answers={
            "GET": {"anonymous": 200, "*": 302},
            "HEAD": {"anonymous": 200, "*": 302},
            "POST": {"anonymous": 422, "*": 302},
        },
    ),
    "sign-out": Url(answers={"POST": 302}),
    "notices": Url(answers={"GET": 200, "HEAD": 200}),
    "notices/read": Url(answers={"POST": 302}),
    "theme": Url(public=True, answers={"POST": 302}),
}
