"""Who may do what: the one table of roles, actions and relations. Pure data, and what follows from it alone.

A new role is one value of `Role`, its column in `RULES`, and the migration of the database's check. Pages, lists, the
navigation, conflicts between roles and who is told or can help: all of it is read from here.
"""

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum
from typing import Final


def gettext_noop(text: str) -> str:
    """Mark words for the translators; they are translated where they are shown."""
    return text


class Role(StrEnum):
    """What a person is to the portal: its code, and its words before translation."""

    _value_: str
    words: str

    def __new__(cls, code: str, words: str = "") -> "Role":
        """Make a role that is its code; `Role("author")` looks one up."""
        role = str.__new__(cls, code)
        role._value_ = code
        role.words = words
        return role

    EMPLOYEE = "employee", gettext_noop("employee")
    HELPDESK = "helpdesk", gettext_noop("helpdesk")
    APPROVER = "approver", gettext_noop("approver")
    AUTHOR = "author", gettext_noop("author")
    MANAGER = "manager", gettext_noop("manager")
    AUDITOR = "auditor", gettext_noop("auditor")
    ADMINISTRATOR = "administrator", gettext_noop("administrator")


class EverySite(Enum):
    """The object of an action that touches all sites: only a grant for every site reaches it."""

    EVERY_SITE = "every site"


EVERY_SITE: Final = EverySite.EVERY_SITE


class Relation(Enum):
    """What an object must be to a person, so that a right reaches it. `relations` says of each how it is decided."""

    ANY = "any"  # the role is enough, wherever it is held
    SITE = "site"  # it belongs to a site at which the role is held
    OWN = "own"  # a computer one owns or is assigned to; a case or job for oneself, or asked for by oneself for nobody
    OWN_HOST = "own host"  # the same, and the computer of that case or job is one's own today
    OTHERS = "others"  # not a request of one's own, nor for oneself, nor about one's own case or computer
    MILD = "mild"  # a change of low risk that is marked for self-service
    WITHIN = "within"  # an account that holds nothing at a site where the role is not held


class Denial(StrEnum):
    """Why a person may not do something. Stands in the audit log; `wording.denials` has a sentence for each."""

    NO_ROLE = "no_role"
    OUT_OF_REACH = "out_of_reach"
    OWN_REQUEST = "own_request"
    NOT_SELF_SERVICE = "not_self_service"
    INVENTED = "invented"
    #: There is no such thing, or the person may not know of it.
    ABSENT = "absent"


#: All of these must hold.
Right = tuple[Relation, ...]

ANY, SITE, OWN = (Relation.ANY,), (Relation.SITE,), (Relation.OWN,)
OWN_HOST, WITHIN = (Relation.OWN_HOST,), (Relation.WITHIN,)
OWN_HOST_MILD: Right = (Relation.OWN_HOST, Relation.MILD)
SITE_OTHERS: Right = (Relation.SITE, Relation.OTHERS)

_E, _H, _P, _A = Role.EMPLOYEE, Role.HELPDESK, Role.APPROVER, Role.AUTHOR
_M, _U, _D = Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR
_OVERSEERS: Mapping[Role, Right] = {_H: SITE, _P: SITE, _M: SITE, _U: SITE}
_READERS: Mapping[Role, Right] = {_E: OWN, **_OVERSEERS}

#: action -> role -> what the object must be. What is not written here is refused. "anything.read" decides who may know
#: that an object exists. Managers and auditors appear only where nothing is changed.
RULES: Final[Mapping[str, Mapping[Role, Right]]] = {
    "case.open": {_E: OWN, _H: SITE},
    "case.open_for_other": {_H: SITE},
    "case.read": _READERS,
    "desk.read": {_H: SITE},  # a case as helpdesk sees it, with its internal notes
    "case.answer": {_E: OWN, _H: SITE},
    "case.close": {_E: OWN, _H: OWN},  # the person's own word of it: not needed any more, not now, whether it helped
    "case.take": {_H: SITE},
    "case.close_for": {_H: SITE},
    "job.plan": {_E: OWN_HOST, _H: SITE},
    "job.read": _READERS,
    "job.approve": {_P: SITE_OTHERS},
    "job.apply": {_E: OWN_HOST_MILD, _H: SITE},
    "job.revert": {_E: OWN_HOST_MILD, _H: SITE},
    "job.settle": {_H: SITE},  # how a change ended that the portal lost sight of
    "job.settle_risky": {_H: SITE_OTHERS},  # the same of one that is dangerous, or that has to be undone in time
    "job.cancel": {_E: OWN, _H: SITE, _P: SITE},
    "guide.read": {_H: ANY, _P: ANY, _A: ANY, _M: ANY, _U: ANY, _D: ANY},
    "guide.write": {_A: ANY},  # guides are files: no page writes one, but their pages are an author's first
    "host.read": {**_READERS, _D: SITE},
    "host.import": {_D: SITE},
    "host.change": {_D: SITE},
    "host.test": {_D: SITE},
    "credential.read": {_U: SITE, _D: SITE},
    "credential.change": {_D: SITE},
    "person.read": {_U: ANY, _D: ANY},
    "person.create": {_D: ANY},
    "person.deactivate": {_D: WITHIN},
    "person.password": {_D: WITHIN},
    "person.grant": {_D: SITE},
    "site.read": {**_OVERSEERS, _D: SITE},
    "site.create": {_D: SITE},
    "site.change": {_D: SITE},
    "administration.read": {_D: ANY},
    "health.read": {_U: ANY, _D: ANY},
    "help.ask": {_E: SITE},  # whom a site serves: they read what it tells its people
    "board.read": {_H: SITE},
    "incident.read": {_E: SITE, _H: SITE},
    "incident.watch": {_E: SITE},
    "incident.begin": {_H: SITE},
    "incident.end": {_H: SITE},
    "summary.read": {_M: SITE, _U: SITE},
    "overview.read": _OVERSEERS,  # the cases and changes of whole sites
    "history.read": _READERS,
    "audit.read": {_U: ANY},
    "audit.verify": {_M: ANY, _U: ANY, _D: ANY},
    "audit.export": {_U: ANY},
}

#: The code of a refusal by a relation that does not hold; by any other it is "out of reach".
REFUSED_AS: Final[Mapping[Relation, Denial]] = {
    Relation.OTHERS: Denial.OWN_REQUEST,
    Relation.MILD: Denial.NOT_SELF_SERVICE,
}

#: What is done with rights, and must not be in one hand with giving them.
_USES_RIGHTS: Final = ("case.take", "job.approve")
_CHANGES_NOTHING: Final = (".read", ".verify", ".export")


def changes_something(action: str) -> bool:
    """Say whether the action is more than looking at something or taking a copy of it."""
    return not action.endswith(_CHANGES_NOTHING)


def roles_serving(action: str) -> list[Role]:
    """Return the roles that may do this for others: for a whole site, or anywhere."""
    return [role for role, right in RULES[action].items() if not {Relation.OWN, Relation.OWN_HOST} & set(right)]


def roles_that_help(action: str) -> list[Role]:
    """Return the roles that can help whoever may not do this themselves: whoever asks for help is not among them."""
    return [role for role in RULES[action] if role not in RULES["help.ask"]]


def role_conflict(role: str, held: Iterable[str]) -> str | None:
    """Return the first role among those held that must not meet the new one in one person, at whatever sites.

    Whoever hands out rights neither uses nor checks them; whoever checks changes nothing.
    """
    return next((other for other in sorted(held) if _clash(role, other) or _clash(other, role)), None)


def _clash(keeper: str, other: str) -> bool:
    gives, checks = (keeper in RULES[action] for action in ("person.grant", "audit.read"))
    may = [action for action, row in RULES.items() if other in row]
    return (gives and any(action in may for action in _USES_RIGHTS)) or (checks and any(map(changes_something, may)))
