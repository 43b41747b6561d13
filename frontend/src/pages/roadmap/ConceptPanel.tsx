/** One concept beside the map: its lesson, resources, quiz and versions, under an address of its own. */

import { Link, useNavigate } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import { lazy, Suspense, useEffect, useRef, useState, type KeyboardEvent } from "react";

import { useConcept, type RoadmapCommands } from "../../api/queries";
import type { ArtefactKind, ConceptDetail, ConceptView, RoadmapView } from "../../api/schema";
import { usePreferences } from "../../app/context";
import type { View } from "../../app/router";
import { Button } from "../../components/Button";
import { Problem } from "../../components/Problem";
import { Ring } from "../../components/Ring";
import { Waiting } from "../../components/Waiting";
import { conceptsOf } from "../../live/reducer";
import styles from "./ConceptPanel.module.css";
import { Quiz } from "./Quiz";
import { Resources } from "./Resources";
import { Versions } from "./Versions";
import { KINDS, word } from "./words";

const Lesson = lazy(() => import("./Lesson"));

interface ConceptPanelProps {
  readonly roadmap: RoadmapView;
  readonly concept: ConceptView | null;
  readonly commands: RoadmapCommands;
  readonly view: View;
}

export function ConceptPanel({ roadmap, concept, commands, view }: ConceptPanelProps) {
  const { t } = usePreferences();
  const navigate = useNavigate();
  const overview = {
    to: "/roadmaps/$roadmapId",
    params: { roadmapId: roadmap.roadmap_id },
    search: view === "map" ? {} : { view },
    resetScroll: false,
  } as const;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !(event.target instanceof HTMLTextAreaElement)) void navigate(overview);
  };
  return (
    <aside className={styles.panel} aria-label={concept?.name ?? t("concept.panel")} onKeyDown={onKeyDown}>
      <Link className={styles.close} {...overview}>
        {t("concept.close")}
      </Link>
      {concept === null ? (
        <Problem message={t("concept.missing")} />
      ) : (
        <Concept roadmap={roadmap} concept={concept} commands={commands} view={view} />
      )}
    </aside>
  );
}

function Concept({
  roadmap,
  concept,
  commands,
  view,
}: ConceptPanelProps & { readonly concept: ConceptView }) {
  const { t, say } = usePreferences();
  const detail = useConcept(roadmap.roadmap_id, concept);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const place = placeOf(roadmap, concept);
  const names = new Map(conceptsOf(roadmap).map((one) => [one.concept_id, one.name]));
  const isLearned = concept.learned_at !== null;
  const counts = { tutorial: null, resources: concept.resources_count, quiz: concept.quiz_questions_count };
  return (
    <>
      <p className={styles.place}>
        {place.stage} › {place.module}
      </p>
      <h2 ref={heading} tabIndex={-1} className={styles.heading}>
        <Ring concept={concept} label={t("ring.concept", { name: concept.name, state: word(concept, t) })} />
        {concept.name}
      </h2>
      <p className={styles.facts}>
        <span>{t("concept.hours", { hours: concept.estimated_hours })}</span>
        <span>{t(`concept.${concept.difficulty}`)}</span>
        {concept.prerequisites.map((id) => (
          <Link key={id} {...to(roadmap, id, view)}>
            {t("concept.after", { name: names.get(id) ?? id })}
          </Link>
        ))}
      </p>
      {concept.description !== "" && <p className={styles.description}>{concept.description}</p>}
      {detail.error !== null && (
        <Problem message={say(detail.error)}>
          <Button onClick={() => void detail.refetch()}>{t("app.again")}</Button>
        </Problem>
      )}
      <Tabs.Root defaultValue="tutorial">
        <Tabs.List className={styles.tabs} aria-label={concept.name}>
          {KINDS.map((kind) => (
            <Tabs.Trigger key={kind} value={kind}>
              {t(`concept.${kind}`)} {counts[kind] !== null && <span>{counts[kind]}</span>}
            </Tabs.Trigger>
          ))}
          <Tabs.Trigger value="versions">{t("concept.versions")}</Tabs.Trigger>
        </Tabs.List>
        {KINDS.map((kind) => (
          <Tabs.Content key={kind} value={kind} className={styles.content}>
            <Part roadmap={roadmap} concept={concept} kind={kind} detail={detail.data} commands={commands} />
          </Tabs.Content>
        ))}
        <Tabs.Content value="versions" className={styles.content}>
          <Versions roadmap={roadmap} concept={concept} commands={commands} />
        </Tabs.Content>
      </Tabs.Root>
      <nav className={styles.steps} aria-label={concept.name}>
        {place.previous !== null && (
          <Link
            {...to(roadmap, place.previous.concept_id, view)}
            aria-label={t("concept.previous", { name: place.previous.name })}
          >
            ← {place.previous.name}
          </Link>
        )}
        {concept.content_status === "completed" && (
          <Button
            kind={isLearned ? "plain" : "primary"}
            aria-pressed={isLearned}
            disabled={commands.isPending}
            onClick={() => commands.learned(concept.concept_id, !isLearned)}
          >
            {isLearned ? `✓ ${t("concept.unlearn")}` : t("concept.learn")}
          </Button>
        )}
        {place.next !== null && (
          <Link
            {...to(roadmap, place.next.concept_id, view)}
            aria-label={t("concept.next", { name: place.next.name })}
          >
            {place.next.name} →
          </Link>
        )}
      </nav>
    </>
  );
}

interface PartProps {
  readonly roadmap: RoadmapView;
  readonly concept: ConceptView;
  readonly kind: ArtefactKind;
  readonly detail: ConceptDetail | undefined;
  readonly commands: RoadmapCommands;
}

/** An artefact, or where it is if it is not there. */
function Part({ roadmap, concept, kind, detail, commands }: PartProps) {
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
        <Suspense fallback={<Waiting />}>
          <Lesson tutorial={detail.tutorial!} language={roadmap.language} />
        </Suspense>
      ) : kind === "resources" ? (
        <Resources resources={detail.resources!} />
      ) : (
        <Quiz
          key={detail.quiz!.quiz_id}
          roadmapId={roadmap.roadmap_id}
          conceptId={concept.concept_id}
          quiz={detail.quiz!}
          language={roadmap.language}
        />
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

function to(roadmap: RoadmapView, conceptId: string, view: View) {
  return {
    to: "/roadmaps/$roadmapId/concepts/$conceptId",
    params: { roadmapId: roadmap.roadmap_id, conceptId },
    search: view === "map" ? {} : { view },
    resetScroll: false,
  } as const;
}

function placeOf(roadmap: RoadmapView, concept: ConceptView) {
  const concepts = conceptsOf(roadmap);
  const index = concepts.findIndex((one) => one.concept_id === concept.concept_id);
  const stage = roadmap.stages.find((one) => one.modules.some((module) => module.concepts.includes(concept)));
  const module = stage?.modules.find((one) => one.concepts.includes(concept));
  return {
    stage: stage?.name ?? "",
    module: module?.name ?? "",
    previous: concepts[index - 1] ?? null,
    next: concepts[index + 1] ?? null,
  };
}
