"""What models have cost, as the API shows it."""

from datetime import date

from app.db.repositories.spending_repo import SpendingRepository
from app.domain.usage import Usage
from app.domain.viewer import Viewer
from app.reading.model_views import SpendingView
from app.reading.transaction import Reads, ViewerTransaction


class SpendingReader:
    def __init__(self, read: Reads) -> None:
        self._read = read

    async def days(self, viewer: Viewer, *, since: date) -> list[SpendingView]:
        async def work(transaction: ViewerTransaction) -> list[SpendingView]:
            found = await SpendingRepository(transaction.session).days(viewer, since=since)
            return [
                SpendingView(
                    day=row.day,
                    roadmap_id=row.roadmap_id,
                    title=row.title,
                    author=row.author,
                    **row.usage.model_dump(include=set(Usage.model_fields)),
                )
                for row in found
            ]

        return await self._read(viewer, work, single_statement=True)
