"""For each cause, simulated computers that have it, and what the diagnosis says of them."""
