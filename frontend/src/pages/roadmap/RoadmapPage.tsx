/** One roadmap, live: what is shown follows from its state and from the address. */

import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { Fault } from "../../api/client";
import { useRoadmapCommands } from "../../api/queries";
import type { RoadmapView } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { sentence } from "../../app/sentence";
import type { View } from "../../app/router";
import { Shell } from "../../app/Shell";
import { useTitle } from "../../app/useTitle";
import { Button } from "../../components/Button";
import { Problem } from "../../components/Problem";
import { Waiting } from "../../components/Waiting";
import { conceptsOf } from "../../live/reducer";
import { useRoadmap } from "../../live/useRoadmap";
import { ConceptPanel } from "./ConceptPanel";
import { Drafting } from "./Drafting";
import { Commands, Headline, ProgressBar } from "./Header";
import { Map } from "./Map";
import { Review } from "./Review";
import styles from "./RoadmapPage.module.css";

const Graph = lazy(() => import("./Graph"));

interface RoadmapPageProps {
  readonly roadmapId: string;
  readonly conceptId: string | null;
  readonly view: View;
}

export function RoadmapPage({ roadmapId, conceptId, view }: RoadmapPageProps) {
  const { t } = usePreferences();
  const { roadmap, connected, error, refetch } = useRoadmap(roadmapId);
  const commands = useRoadmapCommands(roadmapId);
  useTitle(roadmap === undefined ? null : roadmap.title || roadmap.goal);
  if (roadmap === undefined) {
    return (
      <Shell>
        {error === null ? (
          <Waiting />
        ) : (
          <Problem message={sentence(error, t)}>
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
  const isOutlined = roadmap.stages.length > 0;
  const isReview = roadmap.status === "awaiting_review";
  return (
    <Shell
      title={<Headline roadmap={roadmap} connected={connected} />}
      actions={<Commands roadmap={roadmap} commands={commands} conceptId={conceptId} />}
      bar={<ProgressBar roadmap={roadmap} />}
    >
      {roadmap.status === "drafting" || !isOutlined ? (
        <Drafting roadmap={roadmap} commands={commands} />
      ) : isReview || view === "outline" ? (
        <Review roadmap={roadmap} commands={commands} />
      ) : (
        <div className={styles.split} data-open={conceptId !== null}>
          <div className={styles.overview}>
            <Stopped roadmap={roadmap} />
            {view === "graph" ? (
              <Suspense fallback={<Waiting />}>
                <Graph roadmap={roadmap} selected={conceptId} />
              </Suspense>
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

/** Why the run does not go on, if it does not. */
function Stopped({ roadmap }: { readonly roadmap: RoadmapView }) {
  const { t } = usePreferences();
  const { error, status } = roadmap.task;
  if (error === null) return null;
  const message = status === "paused" ? t("paused.reason", { message: error.message }) : error.message;
  return (
    <Problem message={message}>
      <span>{t("failed.retry")}</span>
    </Problem>
  );
}
