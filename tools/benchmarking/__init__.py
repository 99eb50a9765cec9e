"""Time and memory of enhancing, against the eager network and against the machine's limits."""
