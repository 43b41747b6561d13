"""What authors are called where a person reads it."""


def spoken(author: str) -> str:
    """`the built-in author`, or `the model openai:gpt-5`."""
    return "the built-in author" if author.startswith("builtin") else f"the model {author}"
