"""Breaks a running Greenway on purpose, and checks what is left: generator, nemesis, history, checker."""
