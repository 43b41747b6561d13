/** An artefact of a concept, or where it is if it is not there. */

import { useState } from "react";

import { artefactOf } from "../../roadmap/artefacts";
import type { RoadmapCommands } from "../../roadmap/queries";
import type { ArtefactKind, ConceptDetail, ConceptView, RoadmapView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Boundary } from "../../shared/ui/Boundary";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Waiting } from "../../shared/ui/Waiting";
import styles from "./Artefact.module.css";
import { ARTEFACTS } from "./registry";

interface ArtefactProps {
  readonly roadmap: RoadmapView;
  readonly concept: ConceptView;
  readonly kind: ArtefactKind;
  readonly detail: ConceptDetail | undefined;
  readonly commands: RoadmapCommands;
}

export function Artefact({ roadmap, concept, kind, detail, commands }: ArtefactProps) {
  const { t } = usePreferences();
  const failure = concept.failures.find((one) => one.artefact === kind);
  const shown = detail === undefined ? null : ARTEFACTS[kind].shown({ roadmap, detail });
  const canRetry = ["partial", "failed", "cancelled"].includes(roadmap.status);
  const isFresh = shown === null && artefactOf(concept, kind).status === "completed";
  return (
    <>
      {failure !== undefined && (
        <Problem message={failure.message}>
          <span>{t("failed.stays")}</span>
          {canRetry && (
            <Button disabled={commands.isPending} onClick={commands.retry}>
              {t("concept.writeMissing")}
            </Button>
          )}
        </Problem>
      )}
      {detail === undefined || isFresh ? (
        <Waiting />
      ) : shown === null ? (
        failure === undefined && (
          <NotYet roadmap={roadmap} concept={concept} kind={kind} commands={commands} />
        )
      ) : (
        <Boundary key={shown.key} text={shown.text}>
          {shown.view}
        </Boundary>
      )}
    </>
  );
}

function NotYet({ roadmap, concept, kind, commands }: Omit<ArtefactProps, "detail">) {
  const { t } = usePreferences();
  const [isNext, setNext] = useState(false);
  if (artefactOf(concept, kind).status === "generating")
    return <p className={styles.notYet}>{t("concept.writing")}</p>;
  const isWaitingForTurn = concept.content_status === "pending";
  const canBeNext = isWaitingForTurn && (roadmap.status === "generating" || roadmap.status === "paused");
  return (
    <div className={styles.notYet}>
      <p role="status">{t(isNext ? "concept.willBeNext" : "concept.waiting")}</p>
      {canBeNext && !isNext && (
        <Button
          kind="primary"
          disabled={commands.isPending}
          onClick={async () => setNext(await commands.prioritise(concept.concept_id))}
        >
          {t("concept.writeNext")}
        </Button>
      )}
      {["partial", "failed", "cancelled"].includes(roadmap.status) && (
        <Button kind="primary" disabled={commands.isPending} onClick={commands.retry}>
          {t("concept.writeMissing")}
        </Button>
      )}
    </div>
  );
}
