"""Reads answers as servers really send them: what is around an answer must not cost the answer.

The providers' libraries do not check responses and Pydantic AI refuses those that are not exactly as the reference has
them, though servers and gateways leave out, misspell or mistype unneeded fields. Here the envelope is made what the
reference says; the model's words are not touched.
"""

import json
from collections.abc import Callable
from typing import Any

from httpx2 import Request, Response

from app.agents.models.bodies import read_object
from app.agents.models.chat_envelopes import mend_chat
from app.agents.models.envelope_parts import Mended, Object
from app.agents.models.http_client import OF_THE_BODY, BoundedClient
from app.agents.models.other_envelopes import mend_candidates, mend_message, mend_response

_MENDERS: dict[str, Callable[[Object], Mended]] = {
    "/chat/completions": mend_chat,
    "/responses": mend_response,
    "/messages": mend_message,
    ":generateContent": mend_candidates,
}
"""By the ends of the paths that are asked."""


class MendingClient(BoundedClient):
    """An HTTP client that mends what models' answers come in."""

    async def send(self, request: Request, **options: Any) -> Response:
        response = await super().send(request, **options)
        mender = next((each for end, each in _MENDERS.items() if request.url.path.endswith(end)), None)
        if options.get("stream") or mender is None or not response.is_success:
            return response
        read = read_object(response.content)
        if read is None:
            return response
        status, body = mender(read)
        of_the_body = OF_THE_BODY | {"content-type"}
        kept = [each for each in response.headers.multi_items() if each[0].lower() not in of_the_body]
        headers = [*kept, ("content-type", "application/json")]
        return Response(status, headers=headers, content=json.dumps(body).encode(), request=request)
