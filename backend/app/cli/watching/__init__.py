"""Watching a roadmap fill itself in: events become a state, the state a picture or plain lines."""
