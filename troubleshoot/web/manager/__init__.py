"""Pages of managers and auditors: history, timeline, summary, downloads."""
