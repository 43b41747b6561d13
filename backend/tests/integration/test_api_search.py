"""The search: finds what is there, in every language, of nobody else; and costs a flush nothing."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from factories import AUTHOR, a_batch, an_outline
from httpx2 import AsyncClient
from integration.conftest import Desk, generated, problem_in
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import search as search_module
from app.db.repositories.search_repo import SearchRepository, find_statement
from app.db.tables import roadmaps, users
from app.domain.content.kinds import Artefact
from app.domain.content.kinds.resources import Resource, Resources
from app.domain.content.kinds.tutorial import Section, Tutorial
from app.domain.search import Terms
from app.domain.viewer import LOCAL_VIEWER
from app.generation.work import Batch, Delivery, FinishedArtefact

ROADMAPS = "/api/v1/roadmaps"


def a_tutorial(*sections: tuple[str, str]) -> Tutorial:
    return Tutorial(
        summary="A summary.",
        sections=tuple(Section(heading=heading, markdown=markdown) for heading, markdown in sections),
        exercises=("Try a **lateral** subquery.",),
    )


async def a_roadmap_with(desk: Desk, *artefacts: Artefact) -> UUID:
    finished = tuple(
        FinishedArtefact(concept_id="c0", kind=one.kind, delivery=Delivery(result=one, author=AUTHOR))
        for one in artefacts
    )
    return await generated(desk, Batch(artefacts=finished, finished=()))


async def search(api: AsyncClient, q: str, **query: Any) -> list[dict[str, Any]]:
    response = await api.get("/api/v1/search", params={"q": q} | query)
    assert response.status_code == 200, response.text
    assert response.json()["complete"]
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def marks(shown: dict[str, Any]) -> list[str]:
    return [shown["text"][one["start"] : one["end"]] for one in shown["matches"]]


async def test_a_section_is_found_by_any_form_of_its_words(api: AsyncClient, desk: Desk) -> None:
    sections = ("Rows", "Nothing here."), ("Outer joins", "A *left join* keeps rows without partners.")
    roadmap_id = await a_roadmap_with(desk, a_tutorial(*sections))
    [found] = await search(api, "keeping partner")
    assert (found["roadmap_id"], found["concept_id"], found["source"]) == (str(roadmap_id), "c0", "tutorial")
    assert found["anchor"] == "section-2"
    assert found["heading"]["text"] == "Outer joins"
    assert found["excerpt"]["text"] == "A left join keeps rows without partners."
    assert marks(found["excerpt"]) == ["keeps", "partners"]
    assert marks((await search(api, "outer"))[0]["heading"]) == ["Outer"]
    assert (await search(api, "lateral"))[0]["anchor"] == "exercises"


async def test_chinese_is_found_without_spaces(api: AsyncClient, desk: Desk) -> None:
    await a_roadmap_with(desk, a_tutorial(("关系", "关系数据库用 SQL 查询表。")))
    for q, shown in (("数据库", ["数据库"]), ("库", ["库"]), ("表", ["表"]), ("sql 查询", ["SQL", "查询"])):
        [found] = await search(api, q)
        assert marks(found["excerpt"]) == shown
    assert await search(api, "数库") == []


async def test_everything_a_learner_reads_is_found_and_no_answer(api: AsyncClient, desk: Desk) -> None:
    resource = Resource(title="Zebra guide", url="https://example.org/", type="article", language="en", origin="found")
    roadmap_id = await a_roadmap_with(desk, Resources(items=(resource,)))
    assert (await search(api, "zebra"))[0]["source"] == "resources"
    assert (await search(api, "Concept 2"))[0]["source"] == "concept"
    await api.put(f"{ROADMAPS}/{roadmap_id}/concepts/c1/note", json={"markdown": "My **quokka**."})
    [note] = await search(api, "quokka")
    assert (note["source"], note["concept_name"], note["excerpt"]["text"]) == ("note", "Concept 1", "My quokka.")
    await api.put(f"{ROADMAPS}/{roadmap_id}/concepts/c1/note", json={"markdown": "My okapi."})
    assert await search(api, "quokka") == []
    assert len(await search(api, "okapi")) == 1


async def test_a_quiz_is_found_by_its_questions(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    [found] = [one for one in await search(api, "is it c0") if one["source"] == "quiz"]
    assert found["anchor"] == "question-q1"
    assert "It is." not in found["excerpt"]["text"]
    report = f"{ROADMAPS}/{roadmap_id}/concepts/c0/quiz/questions/q1/report"
    await api.put(report, json={"reason": "Wrong."})
    assert [one for one in await search(api, "is it c0") if one["source"] == "quiz"] == []


async def test_one_roadmap_is_searched_alone(api: AsyncClient, desk: Desk) -> None:
    first = await a_roadmap_with(desk, a_tutorial(("One", "An aardvark.")))
    second = await a_roadmap_with(desk, a_tutorial(("Two", "An aardvark.")))
    assert {one["roadmap_id"] for one in await search(api, "aardvark")} == {str(first), str(second)}
    assert {one["roadmap_id"] for one in await search(api, "aardvark", roadmap_id=first)} == {str(first)}
    problem_in(await api.get("/api/v1/search", params={"q": "x", "roadmap_id": str(UUID(int=0))}), 404, "not_found")


async def test_what_was_replaced_or_deleted_is_not_found(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_with(desk, a_tutorial(("One", "An aardvark.")))
    assert len(await search(api, "aardvark")) == 1
    await api.put(f"{ROADMAPS}/{roadmap_id}/outline", json=an_outline(2).model_dump(mode="json"))
    assert len(await search(api, "aardvark")) == 1
    await api.delete(f"{ROADMAPS}/{roadmap_id}")
    assert await search(api, "aardvark") == []


async def test_nothing_of_another_user_is_found(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_with(desk, a_tutorial(("One", "An aardvark.")))
    assert len(await search(api, "aardvark")) == 1

    async def give_away(session: AsyncSession) -> None:
        await session.execute(insert(users).values(id="stranger"))
        await session.execute(update(roadmaps).where(roadmaps.c.id == roadmap_id).values(user_id="stranger"))

    await desk.execute(give_away)
    assert await search(api, "aardvark") == []


async def test_an_index_that_takes_long_to_fill_says_so(
    api: AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_roadmap_with(desk, a_tutorial(("One", "An aardvark.")))
    monkeypatch.setattr(search_module, "MAX_INDEXED", 3)
    first = (await api.get("/api/v1/search", params={"q": "aardvark"})).json()
    assert not first["complete"]
    second = (await api.get("/api/v1/search", params={"q": "aardvark"})).json()
    assert second["complete"]
    assert len(second["items"]) == 1


async def test_a_search_without_words_finds_nothing_and_a_long_one_is_refused(api: AsyncClient) -> None:
    assert await search(api, "?!") == []
    refused = await api.get("/api/v1/search", params={"q": "x" * 201})
    assert "(MAX_QUERY)" in problem_in(refused, 422, "invalid_input")["detail"]
    for strange in ("a & !b", "'; --", "a:* <-> (b", "\\"):
        await search(api, strange)


@pytest.fixture
async def filled(desk: Desk) -> AsyncIterator[None]:
    roadmap_id = await desk.drafted()

    async def work(session: AsyncSession) -> None:
        await session.execute(
            text("""
            INSERT INTO search_passages (roadmap_id, concept_id, source, content_id, place, words)
            SELECT :id, 'c0', 'tutorial', :id, number,
                to_tsvector('english', 'word' || number || ' and other' || number % 100)
            FROM generate_series(1, 20000) AS number
            """),
            {"id": roadmap_id},
        )
        await session.execute(text("ANALYZE search_passages"))

    await desk.execute(work)
    yield


@pytest.mark.usefixtures("filled")
async def test_a_search_reads_an_index_and_not_the_table(desk: Desk) -> None:
    plans: list[str] = []

    async def work(session: AsyncSession) -> None:
        await SearchRepository(session).find(LOCAL_VIEWER, Terms.of("word77"), roadmap_id=None, limit=20)
        statement = "EXPLAIN " + find_statement(["english", "simple"], in_one=False)
        values = {"user_id": "local", "words": "word77:*", "runs": "", "limit": 20}
        plans.append("\n".join((await session.execute(text(statement), values)).scalars()))

    await desk.execute(work)
    assert "search_passages_words_idx" in plans[0], plans[0]
    assert "Seq Scan on search_passages" not in plans[0]


async def test_a_flush_writes_nothing_into_the_index(desk: Desk) -> None:
    await generated(desk, a_batch("c0", "c1", "c2"))
    counts: list[int] = []

    async def work(session: AsyncSession) -> None:
        counts.append((await session.execute(text("SELECT count(*) FROM search_passages"))).scalar_one())

    await desk.execute(work)
    assert counts == [0]
