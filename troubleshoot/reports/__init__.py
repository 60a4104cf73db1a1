"""What managers and auditors read: history, one case as a timeline, the summary, and their downloads. Reads only."""
