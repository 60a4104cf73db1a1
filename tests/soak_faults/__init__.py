"""A long run in which everything dies and every line breaks, again and again, while jobs are asked for.

`python -m tests.soak_faults` is the whole chain: real workers, keeper, web, broker, database, simulated computers. What
became of each job is read in the database, in the audit log and in what each computer has kept of what was begun on it.
"""
