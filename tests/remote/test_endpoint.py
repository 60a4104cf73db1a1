"""What an administrator writes for a name with a port…"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.remote import parse_endpoint


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("gw.example.com", "gw.example.com", 443),
        ("gw:8443", "gw", 8443),
        ("192.0.2.7", "192.0.2.7", 443),
        ("192.0.2.7:1", "192.0.2.7", 1),
        ("2001:db8::7", "2001:db8::7", 443),
        ("[2001:db8::7]", "2001:db8::7", 443),
        ("[2001:db8::7]:65535", "2001:db8::7", 65535),
    ],
)
def test_is_understood(text: str, host: str, port: int) -> None:
    assert parse_endpoint(text, port=443) == (host, port)


@pytest.mark.parametrize(
    "text",
    ["", ":443", "gw:", "gw:0", "gw:65536", "gw:443:443", "gw:٣", "[gw]:443", "[192.0.2.7]", "[::1", "::1]", "0x7f.1"],
)
def test_is_refused_when_it_is_something_else(text: str) -> None:
    with pytest.raises(ValueError, match="not a name or address"):
        parse_endpoint(text, port=443)


@given(st.text(alphabet="gw.-:[]0179/@ \n\x00é", max_size=20))
def test_never_becomes_a_port_that_is_none_or_a_name_with_more_in_it(text: str) -> None:
    try:
        host, port = parse_endpoint(text, port=443)
    except ValueError:
        return
    assert 0 < port < 65536
    assert not set(host) & set("[]/@ \n\x00é")
