"""Sentences about the way to a computer: how it is registered, how connecting fails, what WinRM says, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.engine import RefusalCode

_REGISTRATION: Final[Mapping[RefusalCode, str | Promise]] = {
    RefusalCode.HOST_NAME_UNFIT: _("'%(name)s' is neither a host name nor an IP address in its usual form."),
    RefusalCode.PORT_UNFIT: _("A port lies between 1 and 65535."),
    RefusalCode.PORT_UNREGISTERED: _("The port is not registered for this computer."),
    RefusalCode.SIGN_IN_UNKNOWN: _("There is no such way to sign in: %(way)s."),
    RefusalCode.USER_NAME_MISSING: _("The account has no user name."),
    RefusalCode.LAB_ELSEWHERE: _("A simulated host has a loopback address."),
    RefusalCode.HTTPS_NEEDED: _("%(way)s needs HTTPS."),
    RefusalCode.NTLM_IN_CLEAR: _("NTLM needs HTTPS, or the explicit permission to go without."),
    RefusalCode.ACCOUNT_MISSING: _("No account is registered for this computer. An administrator can add one."),
    RefusalCode.REGISTRATION_UNFIT: _("%(cause)s An administrator can correct how it is registered."),
}

_CONNECTIONS: Final[Mapping[RefusalCode, str | Promise]] = {
    RefusalCode.OUTSIDE_NETWORKS: _("%(host)s is outside the allowed networks."),
    RefusalCode.PORT_OF_ANOTHER: _("Port %(port)s is not registered for %(host)s."),
    RefusalCode.ADDRESS_OF_ANOTHER: _("%(address)s is not an address of %(host)s."),
    RefusalCode.LINE_TIME_OVER: _("The time for this visit is over."),
    RefusalCode.CONNECTION_REFUSED: _("%(where)s refused the connection."),
    RefusalCode.CONNECTION_RESET: _("%(where)s took the connection and reset it at once."),
    RefusalCode.CONNECTION_UNANSWERED: _("%(where)s did not answer."),
    RefusalCode.ADDRESS_UNREACHABLE: _("%(where)s cannot be reached: %(why)s."),
    RefusalCode.NAME_LATE: _("The name was not resolved in time."),
    RefusalCode.NAME_UNKNOWN: _("The name cannot be resolved: %(why)s."),
}

_WINRM: Final[Mapping[RefusalCode, str | Promise]] = {
    RefusalCode.WINRM_NAME: _("%(cause)s Check the spelling of the name, and DNS as this worker sees it."),
    RefusalCode.WINRM_REFUSED: _("%(cause)s Check that WinRM is on (winrm quickconfig) and the port is right."),
    RefusalCode.WINRM_CLOSED: _(
        "%(cause)s Something takes connections and ends them: check the way, and what runs on the port."
    ),
    RefusalCode.WINRM_UNANSWERED: _(
        "%(cause)s Check that the computer is on and that a firewall lets this worker reach WinRM."
    ),
    RefusalCode.WINRM_NO_ROUTE: _("%(cause)s Check the network between this worker and the computer."),
    RefusalCode.WINRM_NOT_ALLOWED: _(
        "%(cause)s An administrator can correct the host's address, ports or allowed networks."
    ),
    RefusalCode.CERTIFICATE_UNFIT: _(
        "Its certificate is not accepted: %(reason)s. It must be valid, carry the registered name, and come from the "
        "given authority. Nothing was sent to it."
    ),
    RefusalCode.HANDSHAKE_CUT: _(
        "The connection was cut within the TLS handshake. Check that WinRM has a certificate for HTTPS, and that no "
        "firewall or proxy on the way cuts it."
    ),
    RefusalCode.TLS_FAILED: _("TLS failed (%(reason)s). The host must offer TLS 1.2 or later."),
    RefusalCode.CREDENTIAL_UNFETCHED: _(
        "This worker cannot sign in: the credential cannot be fetched. An administrator can correct it."
    ),
    RefusalCode.CERTIFICATE_FILE_UNFIT: _(
        "This worker cannot sign in: the file of the certificate authority, or of its own certificate, is not usable. "
        "An administrator can correct it."
    ),
    RefusalCode.KERBEROS_MISSING: _(
        "This worker cannot sign in: its Kerberos support (pykerberos) is not installed. "
        "An administrator can correct it."
    ),
    RefusalCode.SIGN_IN_DENIED: _(
        "The host did not accept the account. Check the user name and password, then the difference of clocks and "
        "whether this kind of sign-in is allowed on the host. It was tried once only, so that the account is not "
        "locked."
    ),
    RefusalCode.SIGN_IN_NOT_OFFERED: _(
        "The host does not offer this kind of sign-in. Check its WinRM service settings."
    ),
    RefusalCode.SHELL_DENIED: _(
        "The account signed in but may not open a command shell. It must be an administrator of that computer. If "
        "it is a local account that is one already, Windows takes that right away over the network (UAC remote "
        "restrictions): use an account of the domain, or set LocalAccountTokenFilterPolicy to 1 on that computer."
    ),
    RefusalCode.WINRM_QUOTA: _(
        "The host's limit of WinRM shells or operations is used up. Close forgotten shells there, or wait: idle ones "
        "end after two hours."
    ),
    RefusalCode.COMMAND_TOO_LONG: _("The command line was too long for the host."),
    RefusalCode.PROFILE_BUSY: _("The host is busy with this account's profile. Try again in a minute."),
    RefusalCode.SHELL_CLOSED: _("The host closed the shell at once. Check its WinRM limits and event log."),
    RefusalCode.POWERSHELL_ENDED: _(
        "powershell.exe started and ended before it took the portal's request; nothing was run. Security software may "
        "have stopped it: look into its log there."
    ),
    RefusalCode.WINRM_FAULT: _("WinRM answered with fault %(fault)s."),
    RefusalCode.WINRM_UNEXPLAINED: _(
        "WinRM answered %(status)s without a reason. It may refuse unencrypted messages, or need a restart."
    ),
    RefusalCode.PROXY_IN_BETWEEN: _("HTTP status %(status)s: a proxy or policy stands in the way."),
    RefusalCode.WINRM_BUSY: _("HTTP status %(status)s: the host is busy. Try again later."),
    RefusalCode.NO_WINRM: _("HTTP status %(status)s: no WinRM service answers there. Check the port."),
    RefusalCode.NOT_LIKE_WINRM: _("The host did not answer like WinRM. The worker's log says in what."),
    RefusalCode.ANSWER_TOO_LONG: _("The host did not answer like WinRM: it sent more than a visit may take."),
    RefusalCode.ANSWER_REDIRECTED: _(
        "The host did not answer like WinRM: it redirects to another place (HTTP %(status)s)."
    ),
    RefusalCode.ANSWER_COMPRESSED: _(
        "The host did not answer like WinRM: it compresses its answer although it was told not to."
    ),
    RefusalCode.ANSWER_UNSEALED: _("The host did not answer like WinRM: it answered a sealed message in clear."),
    RefusalCode.ANSWER_UNCLEAR: _("The host's answer could not be understood (%(kind)s)."),
    RefusalCode.HOST_SILENT: _("The host accepted the connection and then fell silent. Check its load."),
    RefusalCode.HOST_SLOW: _("The host did not answer in the time given. Check its load."),
    RefusalCode.CONVERSATION_CUT: _("The connection broke. A firewall or proxy on the way may close it."),
}

#: What to do after a command was sent of which nobody knows how it ended, by what it was for.
AFTER_LOSS: Final[Mapping[str, str | Promise]] = {
    **dict.fromkeys(("read", "settle", "cancel"), _("It only reads: it can be tried again.")),
    "disarm": _("It only tells the computer to let a change stay: it can be tried again."),
    "apply": _("It may have changed the computer: do not repeat it, look at the computer first."),
}

_COMMANDS: Final[Mapping[RefusalCode, str | Promise]] = {
    RefusalCode.VISIT_INTERRUPTED: _("The visit was interrupted. %(after_loss)s"),
    RefusalCode.VISIT_BROKEN_OFF: _("The conversation broke off (%(kind)s). %(after_loss)s"),
    RefusalCode.VISIT_TIME_OVER: _("The time for this visit is over, and the host has not finished. %(after_loss)s"),
    RefusalCode.RESULT_UNUSABLE: _("The host's result cannot be used; the worker's log says why. %(after_loss)s"),
    RefusalCode.RESULT_MISSING: _("powershell.exe ended with code %(exit)s and without a result. %(after_loss)s"),
    RefusalCode.RESULT_CONTRADICTED: _("powershell.exe gave a result but ended with code %(exit)s. %(after_loss)s"),
}

WAY_REFUSALS: Final[Mapping[RefusalCode, str | Promise]] = {**_REGISTRATION, **_CONNECTIONS, **_WINRM, **_COMMANDS}
