"""What a process is given: the commands and readers of the API, the announcing of events, the care for dead workers."""
