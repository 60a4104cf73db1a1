"""What tests of an employee's pages stand on: simulated hosts, people, and a worker's hand, as in the chain's tests."""

from tests.fixtures.chain import _quick, north

__all__ = ["_quick", "north"]
