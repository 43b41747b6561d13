"""`python -m app.cli` is `greenway`."""

from app.cli.program import main

main()
