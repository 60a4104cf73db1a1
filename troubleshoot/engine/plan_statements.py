"""What is stated of a plan: what it does to whoever is signed in, and how much of it can be put back. Pure."""

from __future__ import annotations

from troubleshoot.engine.catalog import Catalog
from troubleshoot.engine.plan import disconnects_people, signs_people_out
from troubleshoot.engine.plan_document import PlanDocument
from troubleshoot.engine.statement import Grounds, Statement, StatementCode


def who_is_disconnected(plan: PlanDocument, catalog: Catalog) -> Statement:
    """State what a plan, or an undo, does to the people who are signed in: by the resources that it touches."""
    if signs_people_out(plan, catalog):
        return Statement.of(StatementCode.SIGNS_OUT, Grounds.PLAN, plan=plan.digest)
    ends = disconnects_people(plan, catalog)
    code = StatementCode.DISCONNECTS if ends else StatementCode.KEEPS_SESSIONS
    return Statement.of(code, Grounds.PLAN, plan=plan.digest)


def what_comes_back(plan: PlanDocument) -> Statement:
    """State how much of a plan can be put back, and why not the rest."""
    if not plan.irreversible:
        return Statement.of(StatementCode.PUTS_ALL_BACK, Grounds.PLAN)
    nothing = all(item.irreversible for item in plan.items if item.desired)
    code = StatementCode.PUTS_NOTHING_BACK if nothing else StatementCode.PUTS_PART_BACK
    return Statement.of(code, Grounds.PLAN, why=tuple(plan.irreversible))
