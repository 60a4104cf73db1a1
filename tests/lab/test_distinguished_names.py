"""Names of certificates, as Windows prints them."""

import pytest

from troubleshoot.lab.distinguished_names import distinguished_name


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("CN=LAB-01", "CN=LAB-01"),
        ("CN=Büro '<>&", 'CN="Büro \'<>&"'),
        ("CN=R&D 'x'", "CN=R&D 'x'"),
        ("CN=a\\,b,O=Example\\, Inc,ST=Hessen,C=DE", 'CN="a,b", O="Example, Inc", S=Hessen, C=DE'),
        ('CN=say \\"hi\\"', 'CN="say ""hi"""'),
        ("CN=a\\;b", 'CN="a;b"'),
        ("CN=\\ a", 'CN=" a"'),
        ("no name", "no name"),
        ("", ""),
    ],
)
def test_a_name_stands_in_quotes_where_it_must(written: str, printed: str) -> None:
    assert distinguished_name(written) == printed
