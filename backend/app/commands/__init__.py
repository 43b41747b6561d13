"""What a learner changes: each command is one unit of work."""
