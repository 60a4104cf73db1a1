"""Names of certificates as .NET prints them.

Source: CertNameToStr (CERT_X500_NAME_STR): a value with a character that means something, or with blanks at its ends,
stands in double quotes, in which a quote is written twice.
"""

import re

from cryptography import x509

_MEANING = frozenset(',+="\n<>#;')
# A state may leave these as they are, where RFC 4514 wants a backslash before them.
_BARE = re.compile(r"(?<!\\)[<>;]")
# Kinds of names that Windows abbreviates in its own way.
_KINDS = {"ST": "S", "emailAddress": "E"}


def distinguished_name(text: str) -> str:
    """Return a name of RFC 4514 as X509Certificate2.Subject gives it; what is no such name stays as it is."""
    try:
        parts = x509.Name.from_rfc4514_string(_BARE.sub(r"\\\g<0>", text)).rdns
    except ValueError:
        return text
    return ", ".join(" + ".join(_part(one) for one in part) for part in reversed(parts))


def _part(attribute: x509.NameAttribute[str | bytes]) -> str:
    kind, value = attribute.rfc4514_attribute_name, str(attribute.value)
    quoted = value != value.strip() or not value or _MEANING & set(value)
    doubled = value.replace('"', '""')
    return f"{_KINDS.get(kind, kind)}=" + (f'"{doubled}"' if quoted else value)
