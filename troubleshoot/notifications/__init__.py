"""Notices: written with the change that they tell of, and delivered through channels."""

from troubleshoot.notifications.outbox import mark_notices_read, notice_path, notify, role_holders, send_waiting_mail

__all__ = ["mark_notices_read", "notice_path", "notify", "role_holders", "send_waiting_mail"]
