"""`python -m tests.bench`: ratios within one run, on simulated hosts. Says what was measured; promises no time."""
