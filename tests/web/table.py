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
        found = {each: self._status(answer, visitor) for each, answer in self.answers.items()}
        # The rule is asked before the method: whoever may do nothing here does not learn what one could do.
        return found.get(method, 403 if set(found.values()) == {403} else 405)

    @staticmethod
    def _status(answer: int | dict[str, int], visitor: str) -> int:
        return answer if isinstance(answer, int) else answer.get(visitor, answer["*"])


#: Pages of the history and of the summary: who is let in.
READERS = dict.fromkeys(("nobody", "author", "administrator"), 403) | {"*": 200}
OVERSEERS = {"manager": 200, "auditor": 200, "*": 403}

#: The maps of the guides.
GUIDE_READERS = {"nobody": 403, "employee": 403, "*": 200}

#: A case that nobody has, for those who may do something with cases somewhere.
NO_CASE = {"employee": 404, "helpdesk": 404, "*": 403}
CASE = ("/cases/999999",)


def case_step(name: str, **answers: int) -> Url:
    """A POST about a case."""
    return Url(answers={"POST": {**NO_CASE, **answers}}, objects=(f"/cases/999999/{name}",))


NEW_CASE = {"employee": 302, "helpdesk": 302, "*": 403}
CASE_STEPS = ("answer", "help", "not-now", "withdraw", "plan", "fix", "done", "again", "say", "rate")
HOME = {"anonymous": 200, "employee": 200, "*": 302}
#: A number that belongs to nothing.
NOBODY = "01890000-0000-7000-8000-000000000000"
Answers = dict[str, int | dict[str, int]]
ADMINISTRATOR = {"administrator": 200, "*": 403}
WATCHERS = {"administrator": 200, "auditor": 200, "*": 403}
#: A page with a form: an empty one comes back with what is missing.
ADMINISTRATED: Answers = {"GET": ADMINISTRATOR, "HEAD": ADMINISTRATOR, "POST": {"administrator": 422, "*": 403}}
NOT_THERE = {"administrator": 404, "*": 403}
ABSENT: Answers = {"GET": NOT_THERE, "HEAD": NOT_THERE, "POST": NOT_THERE}

#: The pages of helpdesk and approver: one of theirs; and about a case or a plan that nobody has.
HELPDESK, APPROVER = {"helpdesk": 200, "*": 403}, {"approver": 200, "*": 403}
NO_DESK_CASE, NO_PLAN = {"helpdesk": 404, "*": 403}, {"approver": 404, "*": 403}
DESK_STEPS = (
    *("take", "back", "plan", "start", "done", "stop", "revert", "settle", "read", "again"),
    *("answer", "ask", "say", "note", "close"),
)

TABLE = {
    "": Url(public=True, answers={"GET": HOME, "HEAD": HOME}),
    "favicon.ico": Url(public=True, answers={"GET": 302, "HEAD": 302}),
    "me": Url(answers={"GET": 200, "HEAD": 200}),
    "preview": Url(public=True, answers={"POST": 200}),
    "cases": Url(answers={"GET": 200, "HEAD": 200}),
    "cases/check": Url(public=True, answers={"POST": 422}),
    "cases/new": Url(answers={"GET": NEW_CASE, "HEAD": NEW_CASE}),
    "cases/open": Url(answers={"POST": {"employee": 422, "helpdesk": 422, "*": 403}}),
    "cases/<int:number>": Url(answers={"GET": 404, "HEAD": 404}, objects=CASE),
    **{f"cases/<int:number>/{name}": case_step(name) for name in CASE_STEPS},
    "cases/<int:number>/pc": Url(
        answers=dict.fromkeys(("GET", "HEAD", "POST"), NO_CASE), objects=("/cases/999999/pc",)
    ),
    "cases/<int:number>/pc/script": Url(
        answers=dict.fromkeys(("GET", "HEAD"), NO_CASE), objects=("/cases/999999/pc/script",)
    ),
    "cases/<int:number>/stop": case_step("stop", approver=404),
    "cases/<int:number>/here": case_step("here", approver=404, manager=404, auditor=404),
    "incidents/<uuid:key>/watch": Url(
        answers={"POST": {"employee": 404, "*": 403}}, objects=(f"/incidents/{NOBODY}/watch",)
    ),
    "remedies": Url(public=True, answers={"GET": 200, "HEAD": 200}),
    "codes": Url(public=True, answers={"GET": 200, "HEAD": 200}),
    "codes/<slug:namespace>/<str:first>": Url(
        public=True, answers={"GET": 200, "HEAD": 200}, objects=("/codes/mstsc/0x904", "/codes/event/1058")
    ),
    "codes/<slug:namespace>/<str:first>/<str:extended>": Url(
        public=True, answers={"GET": 200, "HEAD": 200}, objects=("/codes/mstsc/0x904/0x7", "/codes/mstsc/0x904/0xC")
    ),
    "guides": Url(answers=dict.fromkeys(("GET", "HEAD"), GUIDE_READERS)),
    "guides/<slug:name>": Url(answers=dict.fromkeys(("GET", "HEAD"), GUIDE_READERS), objects=("/guides/rdp-name",)),
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
    "history/changes/<uuid:key>": Url(
        answers={"GET": {**READERS, "*": 404}, "HEAD": {**READERS, "*": 404}}, objects=(f"/history/changes/{NOBODY}",)
    ),
    "history/changes/<uuid:key>/settle": Url(
        answers={"POST": {"helpdesk": 404, "*": 403}}, objects=(f"/history/changes/{NOBODY}/settle",)
    ),
    "summary": Url(answers={"GET": OVERSEERS, "HEAD": OVERSEERS}),
    "summary.csv": Url(answers={"GET": OVERSEERS, "HEAD": OVERSEERS}),
    "summary/monthly": Url(answers={"POST": {"manager": 302, "auditor": 302, "*": 403}}),
    "healthz": Url(public=True, answers={"GET": 503, "HEAD": 503}),  # no worker and no keeper runs beside the tests
    "health": Url(answers={"GET": WATCHERS, "HEAD": WATCHERS}),
    "administration": Url(answers=dict.fromkeys(("GET", "HEAD"), ADMINISTRATOR)),
    "administration/sites": Url(answers=ADMINISTRATED),
    "administration/sites/<uuid:pk>": Url(answers=ABSENT, objects=(f"/administration/sites/{NOBODY}",)),
    "administration/accounts": Url(answers=ADMINISTRATED),
    "administration/sites/<uuid:pk>/times": Url(answers=ABSENT, objects=(f"/administration/sites/{NOBODY}/times",)),
    "administration/accounts/<int:pk>": Url(answers=ABSENT, objects=("/administration/accounts/99",)),
    "administration/accounts/<int:pk>/remove": Url(
        answers={"POST": ABSENT["POST"]}, objects=("/administration/accounts/99/remove",)
    ),
    "administration/people": Url(answers=dict.fromkeys(("GET", "HEAD"), ADMINISTRATOR)),
    "administration/people/new": Url(answers=ADMINISTRATED),
    "administration/people/<uuid:pk>": Url(
        answers=dict.fromkeys(("GET", "HEAD"), ABSENT["POST"]), objects=(f"/administration/people/{NOBODY}",)
    ),
    "administration/people/<uuid:pk>/grant": Url(
        answers={"POST": ABSENT["POST"]}, objects=(f"/administration/people/{NOBODY}/grant",)
    ),
    "administration/people/<uuid:pk>/revoke/<uuid:grant_pk>": Url(
        answers={"POST": ABSENT["POST"]}, objects=(f"/administration/people/{NOBODY}/revoke/{NOBODY}",)
    ),
    "administration/people/<uuid:pk>/password": Url(
        answers={"POST": ABSENT["POST"]}, objects=(f"/administration/people/{NOBODY}/password",)
    ),
    "me/password": Url(answers={"GET": 200, "HEAD": 200, "POST": 422}),
    "administration/people/<uuid:pk>/deactivate": Url(
        answers={"POST": ABSENT["POST"]}, objects=(f"/administration/people/{NOBODY}/deactivate",)
    ),
    "administration/computers": Url(answers=dict.fromkeys(("GET", "HEAD"), ADMINISTRATOR)),
    "administration/computers/new": Url(answers=ADMINISTRATED),
    "administration/computers/import": Url(answers=ADMINISTRATED),
    "administration/computers/<int:pk>": Url(answers=ABSENT, objects=("/administration/computers/99",)),
    "administration/computers/<int:pk>/mode": Url(
        answers={"POST": ABSENT["POST"]}, objects=("/administration/computers/99/mode",)
    ),
    "administration/computers/<int:pk>/forget": Url(
        answers={"POST": ABSENT["POST"]}, objects=("/administration/computers/99/forget",)
    ),
    "administration/computers/<int:pk>/test": Url(answers=ABSENT, objects=("/administration/computers/99/test",)),
    "board": Url(answers=dict.fromkeys(("GET", "HEAD"), HELPDESK)),
    "board/incidents": Url(answers={"POST": {"helpdesk": 404, "*": 403}}),
    "board/incidents/<uuid:key>/end": Url(answers={"POST": NO_DESK_CASE}, objects=(f"/board/incidents/{NOBODY}/end",)),
    "desk/new": Url(answers={"GET": HELPDESK, "HEAD": HELPDESK, "POST": {"helpdesk": 422, "*": 403}}),
    **{
        f"desk/cases/<int:number>{name}": Url(
            answers=dict.fromkeys(("GET", "HEAD"), NO_DESK_CASE), objects=(f"/desk/cases/999999{name}",)
        )
        for name in ("", "/text")
    },
    **{
        f"desk/cases/<int:number>/{name}": Url(
            answers={"POST": NO_DESK_CASE}, objects=(f"/desk/cases/999999/{name}", f"/desk/cases/{10**30}/{name}")
        )
        for name in DESK_STEPS
    },
    "approvals": Url(answers=dict.fromkeys(("GET", "HEAD"), APPROVER)),
    "approvals/away": Url(answers={"POST": {"approver": 422, "*": 403}}),
    "approvals/back": Url(answers={"POST": {"approver": 302, "*": 403}}),
    "approvals/<uuid:key>": Url(answers=dict.fromkeys(("GET", "HEAD"), NO_PLAN), objects=(f"/approvals/{NOBODY}",)),
    **{
        f"approvals/<uuid:key>/{name}": Url(answers={"POST": NO_PLAN}, objects=(f"/approvals/{NOBODY}/{name}",))
        for name in ("approve", "decline", "ask")
    },
}
