"""The built-in author: needs no model, no key and no network, and says what it is."""
