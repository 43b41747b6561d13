"""What the API and the worker ask for. Services own the transactions; messages and events go out after the commit."""
