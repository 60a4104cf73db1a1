"""Cases: opening, answering, helping, incidents, presence, and the report of the person's own PC."""
