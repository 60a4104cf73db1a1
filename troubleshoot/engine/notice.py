"""What a notice says, as a code with parameters; its sentence is made late, by `wording`, for whoever reads it."""

from __future__ import annotations

from enum import StrEnum


class NoticeCode(StrEnum):
    """Everything that people are told of unasked. `wording.notices` has a sentence for each; parameters are data."""

    #: A sentence of before there were codes.
    SENTENCE = "sentence"  # text

    CASE_WAITS = "case_waits"  # who, matter
    CASE_TAKEN_OVER = "case_taken_over"  # who
    CASE_SOLVED = "case_solved"
    CASE_SENT_ON = "case_sent_on"  # to
    CASE_WITHDRAWN = "case_withdrawn"  # who
    CASE_UNCONFIRMED = "case_unconfirmed"
    CASE_UNDO = "case_undo"  # who
    CASE_YOUR_TURN = "case_your_turn"  # who, round
    CASE_REMINDER = "case_reminder"
    WROTE = "wrote"  # who
    REPORT_PASTED = "report_pasted"  # who
    PC_ANSWERED = "pc_answered"  # who

    APPROVAL_WANTED = "approval_wanted"  # until, what, host, who, away
    ASKED = "asked"  # who, text
    WROTE_ABOUT = "wrote_about"  # who, host
    DEPUTY = "deputy"  # who, day
    CHANGE_ENDED = "change_ended"  # host, why

    INCIDENT_OVER = "incident_over"  # site
    INCIDENT_TAKEN = "incident_taken"  # who, site

    HOST_LED_ELSEWHERE = "host_led_elsewhere"  # who, host
    HOSTS_LED_ELSEWHERE = "hosts_led_elsewhere"  # who, site
    CREDENTIAL_CHANGED = "credential_changed"  # who, name, site
    PASSWORD_GIVEN = "password_given"  # noqa: S105 - a code, no secret  # who
    SUMMARY = "summary"  # month, cases, solved, changes, invented_cases, invented_changes
