"""The prompts: one Markdown file for each kind of writing."""
