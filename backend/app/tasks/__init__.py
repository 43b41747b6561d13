"""The worker: Celery's entry points, one event loop a process, ownership of tasks, and recovery."""
