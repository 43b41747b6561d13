/** An artefact of a concept, or where it is if it is not there. */

import { lazy, Suspense, useState } from "react";

import type { RoadmapCommands } from "../../roadmap/queries";
import type { ArtefactKind, ConceptDetail, ConceptView, RoadmapView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Boundary } from "../../shared/ui/Boundary";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Waiting } from "../../shared/ui/Waiting";
import { quizText, resourcesText, tutorialText } from "./asText";
import styles from "../concept/ConceptPanel.module.css";
import { Quiz } from "./quiz/Quiz";
import { Resources } from "./resources/Resources";

const Lesson = lazy(() => import("./tutorial/Lesson"));

interface PartProps {
  readonly roadmap: RoadmapView;
  readonly concept: ConceptView;
  readonly kind: ArtefactKind;
  readonly detail: ConceptDetail | undefined;
  readonly commands: RoadmapCommands;
}

export function Part({ roadmap, concept, kind, detail, commands }: PartProps) {
  const { t } = usePreferences();
  const failure = concept.failures.find((one) => one.artefact === kind);
  const body = detail?.[kind] ?? null;
  const canRetry = ["partial", "failed", "cancelled"].includes(roadmap.status);
  const isFresh = body === null && concept[`${kind}_status`] === "completed";
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
      ) : body === null ? (
        failure === undefined && (
          <NotYet roadmap={roadmap} concept={concept} kind={kind} commands={commands} />
        )
      ) : kind === "tutorial" ? (
        <Boundary key={detail.tutorial!.tutorial_id} text={() => tutorialText(detail.tutorial!)}>
          <Suspense fallback={<Waiting />}>
            <Lesson tutorial={detail.tutorial!} language={roadmap.language} />
          </Suspense>
        </Boundary>
      ) : kind === "resources" ? (
        <Boundary key={detail.resources!.resources_id} text={() => resourcesText(detail.resources!)}>
          <Resources resources={detail.resources!} />
        </Boundary>
      ) : (
        <Boundary key={detail.quiz!.quiz_id} text={() => quizText(detail.quiz!)}>
          <Quiz
            roadmapId={roadmap.roadmap_id}
            conceptId={concept.concept_id}
            quiz={detail.quiz!}
            language={roadmap.language}
          />
        </Boundary>
      )}
    </>
  );
}

function NotYet({ roadmap, concept, kind, commands }: Omit<PartProps, "detail">) {
  const { t } = usePreferences();
  const [isNext, setNext] = useState(false);
  if (concept[`${kind}_status`] === "generating")
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
