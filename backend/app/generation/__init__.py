"""The core: many concepts written at once, saved in batches, announced after the commit. Pure asyncio over ports."""
