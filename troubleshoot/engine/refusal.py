"""Why something that was asked is not done, as a code with parameters. `wording` says it in the reader's language."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from troubleshoot.engine.explanation import Code, Explanation, Json


class RefusalCode(StrEnum):
    """Everything that is refused because of how things stand. `wording.refusals` has a sentence for each."""

    #: What was kept cannot be read any more.
    UNREADABLE = "unreadable"

    # Jobs. `state` is the state of a job.
    TIME_OVER = "time_over"
    NEEDS_SECOND_PERSON = "needs_second_person"
    NOT_STARTABLE = "not_startable"
    APPROVED_BY_STARTER = "approved_by_starter"
    DECIDED_MEANWHILE = "decided_meanwhile"
    HAS_BEGUN = "has_begun"
    #: `number` is how many wait already.
    COMPUTER_QUEUE_FULL = "computer_queue_full"
    SITE_QUEUE_FULL = "site_queue_full"
    OWN_QUEUE_FULL = "own_queue_full"
    SITE_APPROVALS_FULL = "site_approvals_full"
    OWN_APPROVALS_FULL = "own_approvals_full"
    UNDO_PROMISED = "undo_promised"
    REQUESTER_NOT_ALLOWED = "requester_not_allowed"
    READING_NOT_ALLOWED = "reading_not_allowed"

    #: `reference` is where a password should be, never what it is.
    SECRET_MISSING = "secret_missing"  # noqa: S105 - a code, no secret

    # Approvals.
    DECLINE_WITHOUT_REASON = "decline_without_reason"
    NOTHING_TO_DECIDE = "nothing_to_decide"
    ANOTHER_PLAN = "another_plan"
    VOTE_IMPOSSIBLE = "vote_impossible"
    ABSENCE_TOO_LONG = "absence_too_long"
    DEPUTY_UNFIT = "deputy_unfit"

    # Changes. `host` is a computer's name.
    NO_SUCH_REMEDY = "no_such_remedy"
    CASE_OF_ANOTHER_HOST = "case_of_another_host"
    BY_HAND_ONLY = "by_hand_only"
    NO_SECOND_PERSON = "no_second_person"
    SIMULATED_ONLY = "simulated_only"
    DIAGNOSE_ONLY = "diagnose_only"
    CHANGE_WITHOUT_REASON = "change_without_reason"
    SETTLED_WITHOUT_REASON = "settled_without_reason"
    PORTAL_ASKS = "portal_asks"
    TICKET_MISSING = "ticket_missing"
    CHANGE_UNDER_WAY = "change_under_way"
    NOT_FINISHED = "not_finished"
    UNDO_UNDER_WAY = "undo_under_way"
    LAST_UNDO_UNKNOWN = "last_undo_unknown"
    NOTHING_TO_UNDO = "nothing_to_undo"
    WAY_BACK_UNREADABLE = "way_back_unreadable"
    #: `cause` is the document of the refusal that says why no plan can be made.
    WAY_BACK_UNPLANNABLE = "way_back_unplannable"
    HELPDESK_DOES_THIS = "helpdesk_does_this"

    # Plans. `resource` is a resource's name.
    PLAN_ABSENT = "plan_absent"
    PLAN_MALFORMED = "plan_malformed"
    PLAN_ALTERED = "plan_altered"
    #: `found` and `wanted` are numbers of readings.
    READINGS_MISCOUNTED = "readings_miscounted"
    RESOURCE_GONE = "resource_gone"
    RESOURCE_UNREAD = "resource_unread"
    #: `fields` are the names of what was read otherwise than the resource's description has it.
    RESOURCE_UNFIT = "resource_unfit"

    # Lists of computers. What is wrong with a list is said cell by cell.
    # `most` is a number, `near` what was meant, `known` what there is.
    LIST_UNFIT = "list_unfit"
    REGISTERED_MEANWHILE = "registered_meanwhile"
    LIST_TOO_LARGE = "list_too_large"
    LIST_EMPTY = "list_empty"
    LIST_OF_ANOTHER_KIND = "list_of_another_kind"
    LIST_IS_MARKUP = "list_is_markup"
    LIST_IN_UTF_16 = "list_in_utf_16"
    LIST_TOO_LONG = "list_too_long"
    ROW_NOT_UTF_8 = "row_not_utf_8"
    ROW_SPOILT = "row_spoilt"
    ROW_OF_ANOTHER_LENGTH = "row_of_another_length"
    ROW_REPEATED = "row_repeated"
    SEPARATOR_UNFIT = "separator_unfit"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"
    COLUMN_MODE = "column_mode"
    COLUMN_FORBIDDEN = "column_forbidden"
    COLUMN_MISSPELT = "column_misspelt"
    COLUMN_UNKNOWN = "column_unknown"
    CELL_EMPTY = "cell_empty"
    CELL_TOO_LONG = "cell_too_long"
    CELL_INVISIBLE = "cell_invisible"
    CELL_WITH_SPACE = "cell_with_space"
    HOST_ELSEWHERE = "host_elsewhere"
    HOST_HELD = "host_held"
    HOST_SIMULATED = "host_simulated"
    SITE_UNKNOWN = "site_unknown"
    SITE_MISSPELT = "site_misspelt"
    PERSON_UNKNOWN = "person_unknown"
    YES_OR_NO = "yes_or_no"
    TOO_MANY_ASSIGNED = "too_many_assigned"
    PORT_UNREADABLE = "port_unreadable"
    CHOICE_UNKNOWN = "choice_unknown"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_TO_NAME = "account_to_name"

    # How a computer is registered, and by which account.
    HOST_NAME_UNFIT = "host_name_unfit"
    PORT_UNFIT = "port_unfit"
    PORT_UNREGISTERED = "port_unregistered"
    #: `way` is a way of signing in.
    SIGN_IN_UNKNOWN = "sign_in_unknown"
    USER_NAME_MISSING = "user_name_missing"
    LAB_ELSEWHERE = "lab_elsewhere"
    HTTPS_NEEDED = "https_needed"
    NTLM_IN_CLEAR = "ntlm_in_clear"
    ACCOUNT_MISSING = "account_missing"
    #: `cause` is the document of the refusal that says what does not fit.
    REGISTRATION_UNFIT = "registration_unfit"

    # Connections. `where` is an address and a port, `why` what the operating system says, `host` a computer's name.
    OUTSIDE_NETWORKS = "outside_networks"
    PORT_OF_ANOTHER = "port_of_another"
    ADDRESS_OF_ANOTHER = "address_of_another"
    LINE_TIME_OVER = "line_time_over"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    CONNECTION_UNANSWERED = "connection_unanswered"
    ADDRESS_UNREACHABLE = "address_unreachable"
    NAME_LATE = "name_late"
    NAME_UNKNOWN = "name_unknown"

    # The way to WinRM. `cause` is the document of the refusal of a connection, `status` a number of HTTP.
    WINRM_NAME = "winrm_name"
    WINRM_REFUSED = "winrm_refused"
    WINRM_CLOSED = "winrm_closed"
    WINRM_UNANSWERED = "winrm_unanswered"
    WINRM_NO_ROUTE = "winrm_no_route"
    WINRM_NOT_ALLOWED = "winrm_not_allowed"
    CERTIFICATE_UNFIT = "certificate_unfit"
    HANDSHAKE_CUT = "handshake_cut"
    TLS_FAILED = "tls_failed"
    #: This worker lacks something.
    CREDENTIAL_UNFETCHED = "credential_unfetched"
    CERTIFICATE_FILE_UNFIT = "certificate_file_unfit"
    KERBEROS_MISSING = "kerberos_missing"
    SIGN_IN_DENIED = "sign_in_denied"
    SIGN_IN_NOT_OFFERED = "sign_in_not_offered"
    SHELL_DENIED = "shell_denied"
    WINRM_QUOTA = "winrm_quota"
    COMMAND_TOO_LONG = "command_too_long"
    PROFILE_BUSY = "profile_busy"
    SHELL_CLOSED = "shell_closed"
    #: It closed its input before the request was in.
    POWERSHELL_ENDED = "powershell_ended"
    #: `number` is a fault's, or None.
    WINRM_FAULT = "winrm_fault"
    WINRM_UNEXPLAINED = "winrm_unexplained"
    PROXY_IN_BETWEEN = "proxy_in_between"
    WINRM_BUSY = "winrm_busy"
    NO_WINRM = "no_winrm"
    NOT_LIKE_WINRM = "not_like_winrm"
    ANSWER_TOO_LONG = "answer_too_long"
    ANSWER_REDIRECTED = "answer_redirected"
    ANSWER_COMPRESSED = "answer_compressed"
    ANSWER_UNSEALED = "answer_unsealed"
    #: `kind` is what a library of ours calls it.
    ANSWER_UNCLEAR = "answer_unclear"
    HOST_SILENT = "host_silent"
    HOST_SLOW = "host_slow"
    CONVERSATION_CUT = "conversation_cut"

    # A command that had been sent. `mode` is what the visit was for: read or apply.
    VISIT_INTERRUPTED = "visit_interrupted"
    VISIT_BROKEN_OFF = "visit_broken_off"
    VISIT_TIME_OVER = "visit_time_over"
    RESULT_UNUSABLE = "result_unusable"
    #: `exit` is the exit code of the command.
    RESULT_MISSING = "result_missing"
    RESULT_CONTRADICTED = "result_contradicted"

    # Cases.
    CASE_CLOSED = "case_closed"
    NOT_AS_THINGS_STAND = "not_as_things_stand"
    PAGE_OUTDATED = "page_outdated"
    NOBODY_TO_HELP = "nobody_to_help"
    ERROR_TEXT_UNFIT = "error_text_unfit"
    NO_GUIDE = "no_guide"
    NOT_ASKED_NOW = "not_asked_now"
    NOT_FOR_PEOPLE = "not_for_people"
    #: `step` is a step's name, `value` what was answered, `known` the answers that the step has.
    STEP_UNKNOWN = "step_unknown"
    ANSWER_UNKNOWN = "answer_unknown"
    STEP_NOT_REACHED = "step_not_reached"
    REMEDY_STARTED = "remedy_started"
    ANSWER_FIXED = "answer_fixed"
    TAKEN_MEANWHILE = "taken_meanwhile"
    #: `most` is a number of characters.
    MESSAGE_LENGTH = "message_length"
    SENT_ON_TO_NOBODY = "sent_on_to_nobody"
    HOST_UNREGISTERED = "host_unregistered"
    CLOSED_LONG_AGO = "closed_long_ago"
    FIX_UNDER_WAY = "fix_under_way"
    CHANGE_RUNS = "change_runs"
    #: `reason` is one of BadClientBlock.REASONS, `line` a number (0: none), `text` what stands there.
    CLIENT_BLOCK_UNFIT = "client_block_unfit"
    #: A file that somebody handed in is not read: `fault` is one of BadPicture.REASONS, or of cases.FILE_FAULTS.
    FILE_UNFIT = "file_unfit"

    # Incidents.
    INCIDENT_WITHOUT_CAUSE = "incident_without_cause"
    INCIDENT_TOO_SMALL = "incident_too_small"
    INCIDENT_OVER = "incident_over"

    # Roles. `other` and `role` are roles, `name` is a person's.
    OWN_ROLE = "own_role"
    ACCOUNT_OFF = "account_off"
    PERSON_INVENTED = "person_invented"
    GRANT_TOO_LONG = "grant_too_long"
    ROLES_CONFLICT = "roles_conflict"
    LAST_ADMINISTRATOR = "last_administrator"

    # What a page needs to be told.
    TOO_MUCH = "too_much"
    NO_ANSWER_CHOSEN = "no_answer_chosen"
    NOTHING_WRITTEN = "nothing_written"
    NOT_RATED = "not_rated"
    PLAN_RENEWED = "plan_renewed"
    DEPUTY_UNLISTED = "deputy_unlisted"
    HOST_NOT_FOUND = "host_not_found"


class Refusal(Exception):
    """What was asked cannot be done as things stand: which rule says so, and what its sentence needs to know."""

    def __init__(self, code: RefusalCode, **params: Json) -> None:
        # Not `super()`: a refusal may be another kind of exception besides, which is made otherwise.
        Exception.__init__(self, code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return " ".join([self.code.value, *(f"{name}={value!r}" for name, value in self.params.items())])

    def to_json(self) -> dict[str, Json]:
        """Return the document that `from_json` reads."""
        return {"code": self.code.value, "params": self.params}

    @property
    def explanation(self) -> Explanation:
        """Return why a job ended that this has stopped."""
        return Explanation.of(Code.REFUSED, refused=self.to_json())

    @classmethod
    def from_json(cls, document: Any) -> Refusal:
        """Return the refusal of a document. Never raises: what is malformed is unreadable."""
        if isinstance(document, dict) and isinstance(document.get("params"), dict):
            known = RefusalCode.__members__.values()
            if code := next((one for one in known if one == document.get("code")), None):
                found = cls(code)
                found.params = document["params"]
                return found
        return cls(RefusalCode.UNREADABLE)
