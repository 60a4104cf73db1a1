"""Rules about the code itself, held by `make lint`: what no formatter and no type checker knows."""
