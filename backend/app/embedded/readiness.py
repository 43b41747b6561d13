"""When all parts of a fresh start are ready for the learner."""

from functools import partial

import httpx2

from app.embedded.options import Services, UpOptions
from app.embedded.waiting import until

_ANSWER_SECONDS = 5


async def wait_until_ready(options: UpOptions, services: Services, database_url: str) -> None:
    """Waits for the API and for every worker, for as long as it takes."""
    # A proxy that is meant for the internet must not come between us and loopback.
    async with httpx2.AsyncClient(trust_env=False, timeout=_ANSWER_SECONDS) as client:
        await until(partial(_says_ready, client, f"{options.url}/readyz"))
    await until(partial(services.workers_ready, database_url, options.workers))


async def _says_ready(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False
