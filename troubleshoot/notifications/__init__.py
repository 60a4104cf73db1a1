"""Notices on their way to people: the channels, and the deliveries that the keeper sends by them."""

from troubleshoot.notifications.channels import installed_channels
from troubleshoot.notifications.deliveries import send_due_deliveries
from troubleshoot.notifications.outbox import mark_notices_read, notify

__all__ = ["installed_channels", "mark_notices_read", "notify", "send_due_deliveries"]
