"""What can happen, as a closed list: `thing:verb` for people, a number that never changes for exports."""

from enum import Enum


class Tag(Enum):
    """One kind of event. Numbers are never reused; a new event takes the next free one of its thing."""

    code: int

    def __new__(cls, text: str, code: int) -> "Tag":
        """Make the text the value and keep the number beside it."""
        member = object.__new__(cls)
        member._value_ = text
        member.code = code
        return member

    @classmethod
    def named(cls, text: str) -> "Tag":
        """Return the tag with this text; raises ValueError for one that is not in the list."""
        found = next((tag for tag in cls if tag.value == text), None)
        if found is None:
            raise ValueError(f"{text!r} is no audit tag")
        return found

    ACCESS_REFUSE = ("access:refuse", 1001)

    PEOPLE_CREATE = ("people:create", 1101)
    PEOPLE_GRANT = ("people:grant", 1102)
    PEOPLE_REVOKE = ("people:revoke", 1103)
    PEOPLE_SIGN_IN = ("people:sign_in", 1104)
    PEOPLE_SIGN_IN_FAILED = ("people:sign_in_failed", 1105)
    PEOPLE_SIGN_OUT = ("people:sign_out", 1106)
    PEOPLE_DEACTIVATE = ("people:deactivate", 1107)
    PEOPLE_PASSWORD = ("people:password", 1108)
    PEOPLE_ABSENCE = ("people:absence", 1109)

    SITE_CREATE = ("site:create", 1201)
    SITE_CHANGE = ("site:change", 1202)

    CASE_OPEN = ("case:open", 1301)
    CASE_ANSWER = ("case:answer", 1302)
    CASE_CLOSE = ("case:close", 1303)
    CASE_HAND_OVER = ("case:hand_over", 1304)
    CASE_TAKE = ("case:take", 1305)
    CASE_REOPEN = ("case:reopen", 1306)
    CASE_MESSAGE = ("case:message", 1307)
    CASE_CHANGE = ("case:change", 1308)
    CASE_TOLD = ("case:told", 1309)
    CASE_PUT_OFF = ("case:put_off", 1310)

    JOB_PLAN = ("job:plan", 1401)
    JOB_REQUEST = ("job:request", 1402)
    JOB_APPROVE = ("job:approve", 1403)
    JOB_DECLINE = ("job:decline", 1404)
    JOB_QUEUE = ("job:queue", 1405)
    JOB_CLAIM = ("job:claim", 1406)
    JOB_START = ("job:start", 1407)
    JOB_PROGRESS = ("job:progress", 1408)
    JOB_END = ("job:end", 1409)
    JOB_REVERT = ("job:revert", 1410)
    JOB_UNDO_DUE = ("job:undo_due", 1411)
    JOB_CANCEL = ("job:cancel", 1412)
    JOB_SETTLE = ("job:settle", 1413)
    JOB_DISARM = ("job:disarm", 1414)
    JOB_ARM = ("job:arm", 1415)
    JOB_UNDO = ("job:undo", 1416)

    HOST_REGISTER = ("host:register", 1501)
    HOST_CHANGE = ("host:change", 1502)
    HOST_IDENTITY = ("host:identity", 1503)
    HOST_READ = ("host:read", 1504)

    CREDENTIAL_REGISTER = ("credential:register", 1601)
    CREDENTIAL_CHANGE = ("credential:change", 1602)
    CREDENTIAL_REMOVE = ("credential:remove", 1603)

    WORKER_START = ("worker:start", 1701)
    KEEPER_START = ("keeper:start", 1801)

    AUDIT_VERIFY = ("audit:verify", 1901)
    AUDIT_EXPORT = ("audit:export", 1902)

    HISTORY_EXPORT = ("history:export", 2001)

    INCIDENT_BEGIN = ("incident:begin", 2101)
    INCIDENT_END = ("incident:end", 2102)
    INCIDENT_WATCH = ("incident:watch", 2103)

    DEMO_INVENT = ("demo:invent", 2201)
