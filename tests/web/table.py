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


#: Pages of the history and of the summary: who is let in.
READERS = dict.fromkeys(("nobody", "author", "administrator"), 403) | {"*": 200}
OVERSEERS = {"manager": 200, "auditor": 200, "*": 403}

#: A case that nobody has, for those who may do something with cases somewhere.
NO_CASE = {"employee": 404, "helpdesk": 404, "*": 403}
CASE = ("/cases/999999",)


def case_step(name: str, **answers: int) -> Url:
    """A POST about a case."""
    return Url(answers={"POST": {**NO_CASE, **answers}}, objects=(f"/cases/999999/{name}",))


NEW_CASE = {"employee": 302, "helpdesk": 302, "*": 403}
CASE_STEPS = ("answer", "help", "plan", "fix", "again", "say", "rate")
HOME = {"anonymous": 200, "employee": 200, "*": 302}
TABLE = {
    "": Url(public=True, answers={"GET": HOME, "HEAD": HOME}),
    "me": Url(answers={"GET": 200, "HEAD": 200}),
    "preview": Url(public=True, answers={"POST": 200}),
    "cases": Url(answers={"GET": 200, "HEAD": 200}),
    "cases/check": Url(public=True, answers={"POST": 422}),
    "cases/new": Url(answers={"GET": NEW_CASE, "HEAD": NEW_CASE}),
    "cases/open": Url(answers={"POST": {"employee": 422, "helpdesk": 422, "*": 403}}),
    "cases/<int:number>": Url(answers={"GET": 404, "HEAD": 404}, objects=CASE),
    **{
        f"cases/<int:number>/{name}": case_step(name)
        for name in ("answer", "help", "plan", "fix", "again", "say", "rate")
    },
    "cases/<int:number>/stop": case_step("stop", approver=404),
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
    "history": Url(answers={"GET": READERS, "HEAD": READERS}),
    "history.csv": Url(answers={"GET": READERS, "HEAD": READERS}),
    "history/cases/<int:number>": Url(
        answers={"GET": {**READERS, "*": 404}, "HEAD": {**READERS, "*": 404}}, objects=("/history/cases/999999",)
    ),
    "summary": Url(answers={"GET": OVERSEERS, "HEAD": OVERSEERS}),
    "summary.csv": Url(answers={"GET": OVERSEERS, "HEAD": OVERSEERS}),
}
