"""Pages of helpdesk: the board, a case with everything known about it, its text for a ticket."""
