"""The strict PowerShell evaluator."""
