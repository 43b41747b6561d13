/** One roadmap, live: what is shown follows from its state and from the address. */

import { getRouteApi, Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";

import { ConceptPanel } from "../../features/concept/ConceptPanel";
import { OutlineReading } from "../../features/editor/OutlineReading";
import { Review } from "../../features/editor/Review";
import { Map } from "../../features/map/Map";
import { CommandButton } from "../../features/run/CommandButton";
import { Drafting } from "../../features/run/Drafting";
import { Headline, ProgressBar } from "../../features/run/Header";
import { HeaderCommands } from "../../features/run/HeaderCommands";
import { useCommands, type Commands } from "../../roadmap/commands/useCommands";
import { atRest } from "../../roadmap/live/atRest";
import { useRoadmap } from "../../roadmap/live/useRoadmap";
import { conceptsOf } from "../../roadmap/outline/concepts";
import { outlineText } from "../../roadmap/outline/outlineText";
import type { Roadmap } from "../../roadmap/roadmap";
import type { View } from "../../roadmap/views";
import { Fault } from "../../shared/api/client";
import { greenway } from "../../shared/api/reach";
import { usePreferences } from "../../shared/i18n/preferences";
import { Boundary } from "../../shared/ui/Boundary";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Shell } from "../../shared/ui/Shell";
import { useTitle } from "../../shared/ui/useTitle";
import { Waiting } from "../../shared/ui/Waiting";
import styles from "./RoadmapPage.module.css";

const Graph = lazy(() => import("../../features/graph/Graph"));

const route = getRouteApi("/roadmaps/$roadmapId");

export function RoadmapPage() {
  const { roadmapId } = route.useParams();
  const { conceptId } = useParams({ strict: false });
  const { view } = route.useSearch();
  return <Page key={roadmapId} roadmapId={roadmapId} conceptId={conceptId ?? null} view={view ?? "map"} />;
}

interface PageProps {
  readonly roadmapId: string;
  readonly conceptId: string | null;
  readonly view: View;
}

function Page({ roadmapId, conceptId, view }: PageProps) {
  const { t, say } = usePreferences();
  const { roadmap: known, connected, isGone, error, refetch } = useRoadmap(roadmapId);
  const roadmap = useMemo(
    () => (known === undefined || connected ? known : atRest(known)),
    [known, connected],
  );
  const commands = useCommands(roadmapId, roadmap);
  const [isEditing, setEditing] = useState(false);
  if (isEditing && view !== "outline") setEditing(false);
  const page = roadmap === undefined ? "loading" : pageOf(roadmap, isEditing && commands.can("edit"));
  useEffect(() => {
    if (!connected) void greenway.suspect();
  }, [connected]);
  const wish = useWish(roadmap);
  useTitle(roadmap === undefined ? null : roadmap.title || roadmap.goal);
  useStartOf(page);
  if (isGone) {
    return (
      <Shell>
        <Problem message={t("progress.gone")}>
          <Link to="/">{t("app.toHome")}</Link>
        </Problem>
      </Shell>
    );
  }
  if (roadmap === undefined) {
    return (
      <Shell>
        {error === null ? (
          <Waiting />
        ) : (
          <Problem message={say(error)}>
            {error instanceof Fault && !error.retryable ? (
              <Link to="/">{t("app.toHome")}</Link>
            ) : (
              <Button onClick={() => void refetch()}>{t("app.again")}</Button>
            )}
          </Problem>
        )}
      </Shell>
    );
  }
  return (
    <Shell
      title={<Headline roadmap={roadmap} connected={connected} />}
      actions={<HeaderCommands roadmap={roadmap} commands={commands} conceptId={conceptId} />}
      bar={<ProgressBar roadmap={roadmap} />}
    >
      {page === "drafting" ? (
        <Drafting roadmap={roadmap} commands={commands} />
      ) : page === "outline" ? (
        <>
          <Stopped roadmap={roadmap} commands={commands} />
          <Review roadmap={roadmap} commands={commands} onDone={() => setEditing(false)} {...wish} />
        </>
      ) : (
        <div className={styles.split} data-open={conceptId !== null}>
          <div className={styles.overview}>
            <Stopped roadmap={roadmap} commands={commands} />
            {view === "graph" ? (
              <Boundary text={() => outlineText(roadmap)}>
                <Suspense fallback={<Waiting />}>
                  <Graph roadmap={roadmap} selected={conceptId} />
                </Suspense>
              </Boundary>
            ) : view === "outline" ? (
              <OutlineReading
                roadmap={roadmap}
                selected={conceptId}
                canEdit={commands.can("edit")}
                onEdit={() => setEditing(true)}
              />
            ) : (
              <Map roadmap={roadmap} selected={conceptId} />
            )}
          </div>
          {conceptId !== null && (
            <ConceptPanel
              key={conceptId}
              roadmap={roadmap}
              concept={conceptsOf(roadmap).find((one) => one.concept_id === conceptId) ?? null}
              commands={commands}
              view={view}
            />
          )}
        </div>
      )}
    </Shell>
  );
}

function pageOf({ status, stages }: Roadmap, isEditing: boolean): "drafting" | "outline" | "overview" {
  if (status === "drafting" || stages.length === 0) return "drafting";
  return status === "awaiting_review" || isEditing ? "outline" : "overview";
}

interface StoppedProps {
  readonly roadmap: Roadmap;
  readonly commands: Commands;
}

/** Failures that are mended where the model is chosen. */
const OF_THE_MODEL: readonly string[] = ["unauthorised", "quota", "model_not_found", "unreachable", "budget"];

/** Why the run does not go on, or the outline did not change, if so. */
function Stopped({ roadmap, commands }: StoppedProps) {
  const { t, why } = usePreferences();
  const { error, kind, task_id: taskId } = roadmap.task;
  const [isPast, dismiss] = usePast(taskId, roadmap.revision);
  if (error === null) return null;
  const message = why(error);
  if (kind === "revise") {
    return isPast ? null : (
      <Problem message={t("failed.revise", { message })}>
        <Button onClick={dismiss}>{t("app.dismiss")}</Button>
      </Problem>
    );
  }
  const isPaused = roadmap.status === "paused";
  return (
    <Problem message={isPaused ? t("paused.reason", { message }) : message}>
      <span>{t("failed.stays")}</span>
      <CommandButton commands={commands} name="resume" />
      <CommandButton commands={commands} name="retry" />
      {OF_THE_MODEL.includes(error.code) && <Link to="/settings/model">{t("model.check")}</Link>}
    </Problem>
  );
}

/** Whether what a task says is past: it has been dismissed, or the outline has been edited since. */
function usePast(taskId: string, revision: number | null): readonly [boolean, () => void] {
  const [seen, setSeen] = useState({ taskId, revision, isPast: false });
  if (seen.taskId !== taskId) setSeen({ taskId, revision, isPast: false });
  else if (seen.revision !== revision && !seen.isPast) setSeen({ ...seen, isPast: true });
  return [seen.isPast, () => setSeen({ taskId, revision, isPast: true })];
}

/** What the learner asks to be changed: it is kept while the author works on it, and until that has succeeded. */
function useWish(roadmap: Roadmap | undefined) {
  const [wish, setWish] = useState("");
  const { task_id, kind, status } = roadmap?.task ?? {};
  useEffect(() => {
    if (kind === "revise" && status === "completed") setWish("");
  }, [task_id, kind, status]);
  return { wish, setWish };
}

/** Where a page gives way to another by itself, what had the focus is gone: the new one is begun at its top. */
function useStartOf(page: string) {
  const before = useRef("loading");
  useEffect(() => {
    const isAnother = before.current !== "loading" && before.current !== page;
    before.current = page;
    if (!isAnother) return;
    scrollTo(0, 0);
    if (document.activeElement === document.body)
      document.getElementById("content")?.focus({ preventScroll: true });
  }, [page]);
}
