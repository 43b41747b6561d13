"""What every layer may use: settings, logging, metrics, errors and the Celery application."""
