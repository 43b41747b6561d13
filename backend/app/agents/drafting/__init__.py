"""Drafts a roadmap's outline with a model: goal, plan, then the concepts of all stages at once."""
