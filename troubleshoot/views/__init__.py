"""The pages: translate a request in, call one use case, translate its answer out."""
