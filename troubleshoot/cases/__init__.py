"""Cases: opening, answering, helping, incidents, presence, and the report of the person's own PC."""

from troubleshoot.cases.client_report import (
    addresses_dialled,
    command_for_case,
    latest_client_block,
    submit_client_report,
)
from troubleshoot.cases.follow_up import follow_up_unconfirmed, was_unconfirmed
from troubleshoot.cases.handed_in import FILE_FAULTS, text_of_picture, text_of_saved_connection
from troubleshoot.cases.handling import (
    ask_for_help,
    ask_person_again,
    check_computer_again,
    close_case,
    hand_back_case,
    open_case_for_caller,
    put_off_remedy,
    rate_case,
    read_computer_again,
    report_another_error,
    send_message,
    take_case,
    withdraw_case,
)
from troubleshoot.cases.incidents import (
    LEAST_COMPUTERS,
    begin_incident,
    end_incident,
    incidents_for_helpdesk,
    incidents_for_person,
    watch_for_incidents,
)
from troubleshoot.cases.opening import MOST_CHARACTERS as ERROR_MOST_CHARACTERS
from troubleshoot.cases.opening import (
    answer_ahead,
    answer_step,
    describe_error,
    guide_for_error,
    open_answers,
    open_case,
    storable_text,
)
from troubleshoot.cases.presence import note_presence, people_present

__all__ = [
    "ERROR_MOST_CHARACTERS",
    "FILE_FAULTS",
    "LEAST_COMPUTERS",
    "addresses_dialled",
    "answer_ahead",
    "answer_step",
    "ask_for_help",
    "ask_person_again",
    "begin_incident",
    "check_computer_again",
    "close_case",
    "command_for_case",
    "describe_error",
    "end_incident",
    "follow_up_unconfirmed",
    "guide_for_error",
    "hand_back_case",
    "incidents_for_helpdesk",
    "incidents_for_person",
    "latest_client_block",
    "note_presence",
    "open_answers",
    "open_case",
    "open_case_for_caller",
    "people_present",
    "put_off_remedy",
    "rate_case",
    "read_computer_again",
    "report_another_error",
    "send_message",
    "storable_text",
    "submit_client_report",
    "take_case",
    "text_of_picture",
    "text_of_saved_connection",
    "was_unconfirmed",
    "watch_for_incidents",
    "withdraw_case",
]
