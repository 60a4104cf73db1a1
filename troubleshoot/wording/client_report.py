"""What was told of a person's own PC, in the person's words: only what leads on."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


def client_report_words(facts: Mapping[str, str], host: str) -> list[str]:
    """Return sentences for what was told, the way to the computer first. Raises nothing: an unknown value says
    nothing."""
    said = [_stage(facts.get("pc.stage", ""), host), *(_further(facts, host))]
    return [text for text in said if text]


def _stage(stage: str, host: str) -> str:
    words = {
        "no_name": _("It finds no address for the name %s."),
        "refused": _("It is refused: nothing listens for it at %s."),
        "timed_out": _("It gets no answer from %s."),
        "closed_before_confirm": _("Something accepts its connection, and closes it before %s has answered."),
        "not_rdp": _("Something else than Remote Desktop answers it in the name of %s."),
        "negotiation_refused": _("%s answers it, and refuses the connection."),
        "ok": _("It reaches %s, which answers as Remote Desktop does."),
        "not_told": _("It does not let commands open connections, so whether it reaches %s is still open."),
    }
    return words[stage] % host if stage in words else ""


def _further(facts: Mapping[str, str], host: str) -> list[str]:
    known = {
        ("pc.same_address", "differs"): _("The name %s leads it to another address than ours.") % host,
        ("pc.certificate_name", "another"): _("A warning on it shows the name of another computer than %s.") % host,
        ("pc.gateway", "used"): _("A gateway for Remote Desktop is set on it."),
        ("pc.log", "disconnect_904"): _("Its Remote Desktop program noted 0x904 in the last day."),
        ("pc.other_network", "works"): _("From another network it works."),
        ("pc.other_network", "fails"): _("From another network it fails too."),
        ("pc.other_pc", "works"): _("From another PC in the same place it works."),
        ("pc.other_pc", "fails"): _("From another PC in the same place it fails too."),
        ("pc.bad_update", "sign_in"): _("It has an update of Windows that is known to break the sign-in."),
        ("pc.udp_used", "yes"): _("Its Remote Desktop program used the fast way (UDP) in the last day."),
    }
    return [text for (name, value), text in known.items() if facts.get(name) == value]
