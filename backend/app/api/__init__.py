"""REST, server-sent events and WebSocket: reads requests, has commands carried out and answers read."""
