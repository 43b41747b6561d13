"""The OpenAPI document, with the frames of the event stream, which no route returns as its model."""

from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app.services.frames import StreamFrame

FRAME = "StreamFrame"
_COMPONENTS = "#/components/schemas/{model}"
FRAMES = {"text/event-stream": {"schema": {"$ref": _COMPONENTS.format(model=FRAME)}}}
"""The content of an answer that is a stream of frames."""


class DocumentedApi(FastAPI):
    def openapi(self) -> dict[str, Any]:
        made = self.openapi_schema is not None
        document = super().openapi()
        if not made:
            frame = TypeAdapter(StreamFrame).json_schema(mode="serialization", ref_template=_COMPONENTS)
            schemas = document["components"]["schemas"]
            for name, schema in frame.pop("$defs").items():
                schemas.setdefault(name, schema)
            schemas[FRAME] = frame
            document["security"] = []  # there are no accounts
        return document
