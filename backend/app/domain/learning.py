"""What a learner has done with a roadmap, apart from what was written for it."""

from collections.abc import Mapping
from datetime import datetime

Learned = Mapping[str, datetime]
"""When the learner marked concepts as learned, by concept; one that they have not marked is not in it."""
