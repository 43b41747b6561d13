"""The bodies that clients send."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.roadmap import LearningRequest


class NewRoadmap(LearningRequest):
    """A learning goal. With `auto_approve` the outline is approved as it is drafted."""

    auto_approve: bool = False

    def request(self) -> LearningRequest:
        return LearningRequest.model_validate(self.model_dump(exclude={"auto_approve"}))


IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
PageSize = Annotated[int, Field(ge=1, le=100)]
