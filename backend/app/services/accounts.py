"""Who is asking. Without accounts everything belongs to one user; every query names a user all the same."""

LOCAL_USER = "local"
