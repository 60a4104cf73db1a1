"""The catalogue that ships with the product, and reading it from disk."""
