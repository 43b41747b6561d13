"""REST, server-sent events and WebSocket: reads requests, asks services, answers."""
