"""What tests of an employee's pages stand on: simulated hosts, people, and a worker's hand, as in the chain's tests."""

from tests.chain.conftest import _quick, approver, employee, helpdesk, lab, north, work

__all__ = ["_quick", "approver", "employee", "helpdesk", "lab", "north", "work"]
