"""Who is signed in to a simulated host, and how that fits to the desktops (explorer.exe) among its processes."""

from troubleshoot.lab.state import Document, HostState, account_sid, moment, session

STATES = frozenset({"active", "disconnected"})
"""Whether somebody is connected to a session, or it waits for its person to come back."""
DESKTOP = "explorer.exe"
PUBLISHED = "rdpshell.exe"
"""What stands in for a desktop where a program is published (RemoteApp)."""
_FIRST_FURTHER = 100_000
# Accounts of Windows itself, by what stands where a person has a domain (well-known SIDs of services and of helpers).
_OF_WINDOWS = {"nt authority": "S-1-5-18", "window manager": "S-1-5-90-0-1", "font driver host": "S-1-5-96-0-1"}


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


def further_processes(document: Document) -> list[Document]:
    """Return what runs in each session beside what the state lists: helpers of Windows, and, where nothing of its
    person is listed, a program of theirs."""
    return [row for session_row in document.get("sessions", ()) for row in _of_session(document, session_row)]


def _of_session(document: Document, row: Document) -> list[Document]:
    number, listed = row["id"], {one["session_id"] for one in document["processes"]}
    owners = [("csrss.exe", "NT AUTHORITY", "SYSTEM"), ("winlogon.exe", "NT AUTHORITY", "SYSTEM")]
    owners += [
        ("fontdrvhost.exe", "Font Driver Host", f"UMFD-{number}"),
        ("dwm.exe", "Window Manager", f"DWM-{number}"),
    ]
    owners += [] if number in listed else [("sihost.exe", row["domain"], row["user"])]
    return [
        {
            "name": name,
            "owner_domain": domain,
            "owner_user": user,
            "session_id": number,
            "process_id": _FIRST_FURTHER + number * 8 + place,
            "created_at": row["since"],
        }
        for place, (name, domain, user) in enumerate(owners)
    ]


def without_desktops(document: Document) -> None:
    """Let whoever is signed in have a published program in place of a desktop."""
    for one in document["processes"]:
        if one["name"].casefold() == DESKTOP:
            one["name"] = PUBLISHED


def end_desktops(document: Document) -> None:
    """End every desktop; the sessions stay."""
    document["processes"] = [one for one in document["processes"] if one["name"].casefold() != DESKTOP]


def sid_of(document: Document, number: int, domain: str, user: str) -> str:
    """Return the SID of an account: Windows' own, that of whoever is signed in to the session, else one of its name."""
    if domain.casefold() in _OF_WINDOWS:
        return _OF_WINDOWS[domain.casefold()]
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
