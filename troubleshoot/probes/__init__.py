"""Probes: one module each; a probe takes readings and turns them into declared facts."""
