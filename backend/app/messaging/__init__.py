"""Adapters of Redis and Celery: clients, sealed events, and the doorbell of the task queue."""
