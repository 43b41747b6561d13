"""What it would take to write what is missing, as the API shows it."""

from uuid import UUID

from app.agents.factory import estimator_of
from app.core.errors import Conflict
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus
from app.domain.usage import Usage
from app.domain.viewer import Viewer
from app.reading.models import ModelReader
from app.reading.transaction import Reads, ViewerTransaction
from app.reading.views import EstimateView


class EstimateReader:
    def __init__(self, read: Reads, models: ModelReader) -> None:
        self._read = read
        self._models = models

    async def estimate(self, viewer: Viewer, roadmap_id: UUID, *, rewrite: bool = False) -> EstimateView:
        """What all that is missing would take; with `rewrite`, also what another model has written than the one that
        would write it now.

        Raises:
            NotFound: the viewer has no such roadmap.
            Conflict: there is no outline yet.
        """
        settings = await self._models.settings_in_force()

        async def work(transaction: ViewerTransaction) -> tuple[dict[ArtefactKind, int], dict[ArtefactKind, Usage]]:
            roadmap = await transaction.roadmap(roadmap_id)
            if roadmap.framework_data is None:
                raise Conflict("The roadmap has no outline yet, so nothing can be estimated.")
            found = await transaction.concepts.statuses(roadmap.handle)
            missing = {
                kind: sum(count for statuses, count in found if statuses[kind] != ArtefactStatus.COMPLETED)
                for kind in roadmap.kinds
            }
            if rewrite:
                for _, kind, author in await transaction.concepts.authors(roadmap.handle):
                    missing[kind] += author != settings.model_for(kind)
            taken = {
                kind: await transaction.roadmaps.typical_usage(kind, settings.model_for(kind)) for kind in roadmap.kinds
            }
            return missing, {kind: usage for kind, usage in taken.items() if usage is not None}

        estimate = estimator_of(settings).estimate(*await self._read(viewer, work))
        return EstimateView(
            author=settings.model,
            calls=estimate.calls,
            input_tokens=estimate.input_tokens,
            output_tokens=estimate.output_tokens,
            cost_usd=estimate.cost_usd,
            unpriced=estimate.cost_usd is None,
            minutes=estimate.minutes,
        )
