"""What is stated of a plan: what it does to whoever is signed in, and how much of it can be put back. Pure."""

from __future__ import annotations

from collections.abc import Collection

from troubleshoot.engine.catalog import Catalog
from troubleshoot.engine.plan import disconnects_people, nobody_is_connected, signs_people_out
from troubleshoot.engine.plan_document import PlanDocument
from troubleshoot.engine.statement import Grounds, Statement, StatementCode


def who_is_disconnected(plan: PlanDocument, catalog: Catalog, signed_in: Collection[object] | None = None) -> Statement:
    """State what a plan, or an undo, does to the people who are signed in: by the resources that it touches.

    `signed_in`: who was read to be; None where that was not read. Of people who are not known nothing is said but what
    happens to whoever is connected when it runs.
    """
    return Statement.of(_effect(plan, catalog, signed_in), Grounds.PLAN, plan=plan.digest)


def _effect(plan: PlanDocument, catalog: Catalog, signed_in: Collection[object] | None) -> StatementCode:
    if signs_people_out(plan, catalog):
        return StatementCode.SIGNS_OUT
    if not disconnects_people(plan, catalog):
        return StatementCode.KEEPS_WHOEVER if signed_in is None else StatementCode.KEEPS_SESSIONS
    stopped = nobody_is_connected(plan, catalog)
    if stopped:
        return StatementCode.NOBODY_CONNECTED
    known = bool(signed_in) and stopped is not None
    return StatementCode.DISCONNECTS if known else StatementCode.DISCONNECTS_WHOEVER


def what_comes_back(plan: PlanDocument) -> Statement:
    """State how much of a plan can be put back, and why not the rest."""
    if not plan.irreversible:
        return Statement.of(StatementCode.PUTS_ALL_BACK, Grounds.PLAN)
    nothing = all(item.irreversible for item in plan.items if item.desired)
    code = StatementCode.PUTS_NOTHING_BACK if nothing else StatementCode.PUTS_PART_BACK
    return Statement.of(code, Grounds.PLAN, why=tuple(plan.irreversible))
