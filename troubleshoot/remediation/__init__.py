"""Plans, approvals, carrying out a change, checking it, and taking it back."""
