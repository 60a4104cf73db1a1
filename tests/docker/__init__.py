"""Tests of the image and of the files beside it; `python -m tests.docker` builds and starts it."""
