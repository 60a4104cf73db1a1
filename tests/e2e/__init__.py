"""The end-to-end proof: broker, worker, keeper, web and simulated hosts as real processes, driven by commands only."""
