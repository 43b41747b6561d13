"""What is said of an error, as the OpenAPI document shows it."""

from pydantic import BaseModel, ConfigDict, Field

from app.domain.failure_sentences import Details


class FieldFault(BaseModel):
    """A fault in the request; `field` is the path to it."""

    model_config = ConfigDict(frozen=True)

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. `details` are what `detail` names, for clients that say it in another language.
    `errors` lists the first faults of the request, `errors_total` counts all."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool
    request_id: str
    details: Details = Field(default_factory=dict)
    errors: list[FieldFault] = []
    errors_total: int | None = None
