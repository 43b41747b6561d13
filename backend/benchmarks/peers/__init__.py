"""What others do, or what one would do without a second thought, with the same agents and the same rows."""
