"""Security descriptors: what means the same list of permissions, however Windows writes it."""

import pytest

from tests.engine.sample import sample
from troubleshoot.engine import PlanItem, rights_mask
from troubleshoot.engine.descriptors import same_descriptor
from troubleshoot.engine.plan import is_as_wished
from troubleshoot.engine.resource import ResourceField

WISHED = "O:BAD:P(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)"


@pytest.mark.parametrize(
    ("found", "same"),
    [
        ("O:BAD:P(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)", True),
        ("O:BAD:PAI(A;;FA;;;SY)(A;;FR;;;NS)", True),
        ("O:S-1-5-32-544D:PAI(A;;0x1F01FF;;;SY)(A;;FR;;;NS)", True),
        ("O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)S:AI(AU;SA;FA;;;WD)", True),
        ("O:BAD:AI(A;;FA;;;SY)(A;;FR;;;NS)", False),
        ("O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)", False),
        ("O:BAD:PAI(A;;FA;;;SY)", False),
        ("O:BAD:PAI(A;;FR;;;NS)(A;;FA;;;SY)", False),
        ("O:BAD:PAI(D;;FA;;;SY)(A;;FR;;;NS)", False),
        ("O:BAD:PAI(A;OI;FA;;;SY)(A;;FR;;;NS)", False),
        ("O:BAD:PAI(A;;FA;;;SY)(A;;FR;;;LS)", False),
        ("O:BAD:PAI(A;;FA;;;SY)(A;;FRSD;;;NS)", False),
        ("O:BAD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(XA;;FR;;;WD;(x))", False),
        ("O:BAD:PAI(A;;ZZ;;;SY)(A;;FR;;;NS)", False),
        ("", False),
    ],
)
def test_a_descriptor_is_compared_by_what_it_means(found: str, same: bool) -> None:
    assert same_descriptor(WISHED, found) is same
    assert same_descriptor(found, WISHED) is same


def test_what_comes_from_the_folder_above_is_not_compared() -> None:
    assert same_descriptor("O:BAD:AI(A;;FR;;;NS)(A;ID;FA;;;SY)", "O:BAD:(A;;FR;;;NS)(A;ID;FA;;;BA)")
    assert same_descriptor("O:BAD:AI(A;OICI;FR;;;NS)", "O:BAD:(A;CIOI;FR;;;NS)")


def test_what_is_not_understood_equals_only_itself() -> None:
    assert same_descriptor("'<>& Größe", "'<>& Größe")
    assert not same_descriptor("'<>& Größe", "'<>& größe")


@pytest.mark.parametrize(
    ("text", "bits"), [("FA", 0x1F01FF), ("0X120089", 0x120089), ("SDRC", 0x30000), ("", 0), ("F", None), ("ZZ", None)]
)
def test_rights_are_bits(text: str, bits: int | None) -> None:
    assert rights_mask(text) == bits


def test_a_field_that_is_none_is_compared_as_it_stands() -> None:
    plain = ResourceField("x", "string", writable=True, compare=True, secret=False, words="x")
    assert plain.differs("O:BAD:P(A;;FA;;;SY)", "O:BAD:PAI(A;;FA;;;SY)")


def item(**desired: object) -> PlanItem:
    fields = dict.fromkeys(("digest", "title", "changes", "events", "irreversible", "before"))
    return PlanItem(resource="lamp", params={}, desired=desired, **fields)  # type: ignore[arg-type]


def test_a_wish_is_fulfilled_by_its_fields_whatever_happened_once() -> None:
    known = sample()
    wished = item(switch=True, flashed=True)
    assert is_as_wished(wished, {"switch": True}, known)
    assert not is_as_wished(wished, {"switch": False}, known)
    assert not is_as_wished(wished, {}, known)
    assert not is_as_wished(wished, None, known)
    assert not is_as_wished(item(unheard_of=1), {"unheard_of": 1}, known)
    assert not is_as_wished(PlanItem(**{**vars(wished), "resource": "gone"}), {"switch": True}, known)
