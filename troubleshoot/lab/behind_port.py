"""What can answer at a host's address in its place: a web server, a host with SSH or xrdp, another Windows computer."""

import functools
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from troubleshoot.lab.certificates import Subject, issue, key_of, server_context, tls_context
from troubleshoot.lab.negotiation import Terms
from troubleshoot.lab.state import Document, host_now, iso, self_signed

OTHER_NAME = "OTHER-COMPUTER"
"""What the other computer calls itself where the state does not describe its certificate."""

# What a web server answers to what it does not understand.
_OTHER_LANGUAGE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
_SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
# As the installation of xrdp makes it (neutrinolabs/xrdp, keygen/openssl.conf), for a year.
_XRDP = "CN=www.xrdp.org,O=xrdp,L=Sunnyvale,ST=CA,C=US"


def _web_server(document: Document) -> Terms:
    del document
    return Terms(layer=2, nla=False, tls=None, banner=_OTHER_LANGUAGE)


def _ssh(document: Document) -> Terms:
    del document
    return Terms(layer=2, nla=False, tls=None, banner=_SSH, greets=True)


def _linux(document: Document) -> Terms:
    """Return the terms of xrdp: TLS of every version that OpenSSL serves, no NLA, a certificate of its own."""
    begins = _midnight(document) - timedelta(days=90)
    context = _xrdp_context(document["name"], iso(begins), iso(begins + timedelta(days=365)))
    return Terms(layer=2, nla=False, tls=context, credssp=False)


BEHIND: Mapping[str, Callable[[Document], Terms]] = {"web_server": _web_server, "ssh": _ssh, "linux": _linux}
"""Values of ``network.rdp``, and of an address elsewhere: who answers, whatever the host itself does."""


def other_certificate(document: Document) -> ssl.SSLContext:
    """Return the TLS context of another computer that answers in this one's place."""
    usual = self_signed(OTHER_NAME, 4711, _midnight(document) - timedelta(days=30))
    entry = usual | (document["network"].get("other_certificate") or {})
    return server_context(document, entry, owner=f"other computer than {document['name']}")


@functools.lru_cache(maxsize=64)
def _xrdp_context(name: str, begins: str, ends: str) -> ssl.SSLContext:
    owner = f"Linux host in the place of {name}"
    return tls_context(issue(owner, Subject(_XRDP, _XRDP, 1, begins, ends)), key_of(owner))


def _midnight(document: Document) -> datetime:
    """Return a time that stays the same from one connection to the next."""
    return host_now(document).replace(hour=0, minute=0, second=0)
