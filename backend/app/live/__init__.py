"""What happens now: the live events of roadmaps, one stream a client."""
