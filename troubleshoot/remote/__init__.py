"""The doors to a host. dial.py alone opens sockets; winrm.py alone imports winrm."""

from troubleshoot.remote.dial import DialError, Line
from troubleshoot.remote.door import Door, Way
from troubleshoot.remote.ending import Ending
from troubleshoot.remote.envelope import (
    RUNNER_DIGEST,
    AttemptState,
    FlatState,
    Malformed,
    Mode,
    OnStage,
    PassedState,
    UndoOrder,
    UndoRule,
    UndoState,
    VisitItem,
    VisitProgress,
    VisitResult,
    VisitWork,
)
from troubleshoot.remote.failpoints import Failpoint, failpoint, put_at_failpoints
from troubleshoot.remote.failures import ContactLost, DoorError, HostUnreachable, SignInDenied, VisitRefused
from troubleshoot.remote.registered_host import (
    RegisteredHost,
    RegistrationUnfit,
    is_host_name,
    literal_address,
    parse_endpoint,
)
from troubleshoot.remote.reply import OLDEST_POWERSHELL
from troubleshoot.remote.secret import Secret
from troubleshoot.remote.strict_json import parse_object
from troubleshoot.remote.winrm import visit_host

__all__ = [
    "OLDEST_POWERSHELL",
    "RUNNER_DIGEST",
    "AttemptState",
    "ContactLost",
    "DialError",
    "Door",
    "DoorError",
    "Ending",
    "Failpoint",
    "FlatState",
    "HostUnreachable",
    "Line",
    "Malformed",
    "Mode",
    "OnStage",
    "PassedState",
    "RegisteredHost",
    "RegistrationUnfit",
    "Secret",
    "SignInDenied",
    "UndoOrder",
    "UndoRule",
    "UndoState",
    "VisitItem",
    "VisitProgress",
    "VisitRefused",
    "VisitResult",
    "VisitWork",
    "Way",
    "failpoint",
    "is_host_name",
    "literal_address",
    "parse_endpoint",
    "parse_object",
    "put_at_failpoints",
    "visit_host",
]
