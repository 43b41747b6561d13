/** The roadmap as a map: stages as bands, modules as columns, concepts as cards that turn green. */

import { Ring, ringState } from "../components/Ring";
import type { ConceptView, ModuleView, RoadmapView, StageView } from "../api/schema";
import { usePreferences } from "../app/context";
import type { Translate } from "../i18n/translate";
import { useRoadmap } from "../live/useRoadmap";
import styles from "./RoadmapPage.module.css";

export function RoadmapPage({ roadmapId }: { readonly roadmapId: string }) {
  const { roadmap, connected, error } = useRoadmap(roadmapId);
  const { t } = usePreferences();
  if (error !== null) return <p role="alert">{error.message}</p>;
  if (roadmap === undefined) return null;
  return (
    <>
      <header className={styles.header}>
        <h1>{roadmap.title}</h1>
        <p role="status">{sentence(roadmap, connected, t)}</p>
      </header>
      <ProgressBar roadmap={roadmap} />
      <main className={styles.map}>
        {roadmap.stages.map((stage) => (
          <Band key={stage.stage_id} stage={stage} />
        ))}
      </main>
    </>
  );
}

function Band({ stage }: { readonly stage: StageView }) {
  const concepts = stage.modules.flatMap((module) => module.concepts);
  const ready = concepts.filter((concept) => concept.content_status === "completed").length;
  return (
    <section className={styles.band} aria-labelledby={stage.stage_id}>
      <div className={styles.about}>
        <span className={styles.number} aria-hidden>
          {stage.order}
        </span>
        <div>
          <h2 id={stage.stage_id}>{stage.name}</h2>
          <p>{stage.description}</p>
          <p className={styles.count}>
            <progress value={ready} max={concepts.length} /> {ready}/{concepts.length}
          </p>
        </div>
      </div>
      <div className={styles.modules}>
        {stage.modules.map((module) => (
          <Column key={module.module_id} module={module} />
        ))}
      </div>
    </section>
  );
}

function Column({ module }: { readonly module: ModuleView }) {
  return (
    <section className={styles.column}>
      <h3>{module.name}</h3>
      <ol>
        {module.concepts.map((concept) => (
          <Card key={concept.concept_id} concept={concept} />
        ))}
      </ol>
    </section>
  );
}

function Card({ concept }: { readonly concept: ConceptView }) {
  const { t } = usePreferences();
  const state = word(concept, t);
  return (
    <li className={styles.card} data-state={ringState(concept)}>
      <Ring concept={concept} label={t("ring.concept", { name: concept.name, state })} />
      <span>
        <strong>{concept.name}</strong>
        <span className={styles.state}>{state}</span>
      </span>
    </li>
  );
}

function ProgressBar({ roadmap }: { readonly roadmap: RoadmapView }) {
  const { progress } = roadmap;
  const parts = ["completed", "partial", "failed", "generating", "pending"] as const;
  return (
    <div className={styles.bar} aria-hidden>
      {parts.map((part) => (
        <span key={part} data-state={part} style={{ flexGrow: progress[part] }} />
      ))}
    </div>
  );
}

function word(concept: ConceptView, t: Translate): string {
  const state = ringState(concept);
  if (state !== "partial") return t(`state.${state}`);
  const kinds = ["tutorial", "resources", "quiz"] as const;
  const missing = kinds
    .filter((kind) => concept[`${kind}_status`] === "failed")
    .map((kind) => t(`artefact.${kind}`));
  return t("state.partial", { missing: missing.join(", ") });
}

function sentence(roadmap: RoadmapView, connected: boolean, t: Translate): string {
  const { completed, total, generating } = roadmap.progress;
  return [
    t("progress.ready", { completed, total }),
    ...(generating > 0 ? [t("progress.writing", { count: generating })] : []),
    roadmap.author,
    ...(connected ? [] : [t("progress.reconnecting")]),
  ].join(" · ");
}
