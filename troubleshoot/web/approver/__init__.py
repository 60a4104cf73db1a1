"""Pages of approvers: what waits, and one plan to decide about."""
