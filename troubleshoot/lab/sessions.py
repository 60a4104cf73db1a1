"""Who is signed in to a simulated host, and how that fits to the desktops (explorer.exe) among its processes."""

from troubleshoot.lab.state import Document, HostState, account_sid, moment, session

STATES = frozenset({"active", "disconnected"})
"""Whether somebody is connected to a session, or it waits for its person to come back."""
DESKTOP = "explorer.exe"


def complete_sessions(document: Document) -> None:
    """Add the session of each desktop that runs in none of those listed; session 0 is that of services."""
    known = {row["id"] for row in document["sessions"]}
    for process in document["processes"]:
        number = process["session_id"]
        if process["name"].casefold() == DESKTOP and number != 0 and number not in known:
            since = moment(process["created_at"])
            row = session(number, process["owner_domain"], process["owner_user"], since)
            document["sessions"].append(row)
            known.add(number)


def end_desktops(document: Document) -> None:
    """End every desktop; the sessions stay."""
    document["processes"] = [one for one in document["processes"] if one["name"].casefold() != DESKTOP]


def sid_of(document: Document, number: int, domain: str, user: str) -> str:
    """Return the SID of whoever is signed in to a session, else that of the account."""
    rows = [row for row in document.get("sessions", ()) if row["id"] == number]
    return str(rows[0]["sid"]) if rows else account_sid(domain, user)


def sign_out(state: HostState, number: int) -> bool:
    """End a session and everything that runs in it; False where there is none, and for that of services."""
    with state.changing() as document:
        known = {row["id"] for row in document.get("sessions", ())} | {
            row["session_id"] for row in document["processes"]
        }
        if number == 0 or number not in known:
            return False
        document["processes"] = [row for row in document["processes"] if row["session_id"] != number]
        if "sessions" in document:
            document["sessions"] = [row for row in document["sessions"] if row["id"] != number]
    return True
