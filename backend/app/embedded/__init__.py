"""PostgreSQL and Valkey from wheels, and the supervisor behind `greenway up`."""
