"""The same Idempotency-Key with the same body creates a roadmap only once."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from integration.conftest import problem_in, times_rung
from redis.asyncio import Redis

from app.core.celery_app import DRAFTING_QUEUE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROADMAPS = "/api/v1/roadmaps"


class Learner:
    """Somebody with a goal and a key that nobody else has."""

    def __init__(self, api: AsyncClient) -> None:
        self.key = uuid4().hex
        self._goal = f"Learn {self.key}"
        self._api = api

    async def post(self, *, key: str | None = None, **body: Any) -> Response:
        headers = {"Idempotency-Key": key or self.key}
        return await self._api.post(ROADMAPS, json={"goal": self._goal} | body, headers=headers)

    async def count_roadmaps(self) -> int:
        listed = (await self._api.get(ROADMAPS, params={"limit": 100})).json()["items"]
        return sum(item["goal"] == self._goal for item in listed)


@pytest.fixture
def learner(shared_api: AsyncClient) -> Learner:
    return Learner(shared_api)


async def test_the_same_request_again_gets_the_same_answer(learner: Learner, shared_redis: Redis) -> None:
    first, again = await learner.post(), await learner.post()
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert await learner.count_roadmaps() == 1
    assert await times_rung(shared_redis, DRAFTING_QUEUE, first.json()["task_id"]) == 1


async def test_five_at_once_make_one_roadmap(learner: Learner, shared_redis: Redis) -> None:
    answers = await asyncio.gather(*(learner.post() for _ in range(5)))
    assert [answer.status_code for answer in answers] == [202] * 5
    first, *others = [answer.json() for answer in answers]
    assert others == [first] * 4
    assert await learner.count_roadmaps() == 1
    assert await times_rung(shared_redis, DRAFTING_QUEUE, first["task_id"]) == 1


async def test_a_default_that_is_spelt_out_changes_nothing(learner: Learner) -> None:
    first = await learner.post()
    again = await learner.post(concepts=30, language="en", auto_approve=False)
    assert again.json() == first.json()


@pytest.mark.parametrize("change", [{"goal": "Learn French"}, {"concepts": 31}, {"auto_approve": True}])
async def test_another_request_under_the_same_key_is_refused(change: dict[str, Any], learner: Learner) -> None:
    await learner.post()
    problem_in(await learner.post(**change), 409, "idempotency_key_reused")
    assert await learner.count_roadmaps() == 1


async def test_another_key_makes_another_roadmap(learner: Learner) -> None:
    first, second = await learner.post(), await learner.post(key=learner.key.ljust(200, "x"))
    assert first.json()["roadmap_id"] != second.json()["roadmap_id"]
    assert await learner.count_roadmaps() == 2


async def test_a_refused_request_does_not_use_up_its_key(learner: Learner) -> None:
    problem_in(await learner.post(concepts=301), 422, "invalid_input")
    assert (await learner.post()).status_code == 202
