"""A job's life: asking for one, moving it, ringing the doorbell, claiming it."""
