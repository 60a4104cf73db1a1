"""What tests of pages stand on: simulated hosts, people, and a worker's hand, as in the tests of the chain.

`from tests.web.labs import *` brings the fixtures into a module.
"""

from tests.chain.conftest import _quick, approver, employee, helpdesk, lab, north, work

__all__ = ["_quick", "approver", "employee", "helpdesk", "lab", "north", "work"]
