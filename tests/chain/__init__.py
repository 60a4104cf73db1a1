"""The chain in one process: real lab hosts over real sockets, jobs run as a worker runs them."""
