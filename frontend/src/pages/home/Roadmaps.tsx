/** The learner's roadmaps as cards, newest first. */

import { Link } from "@tanstack/react-router";

import type { useRoadmaps } from "../../api/queries";
import type { ListedRoadmap } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import { ProgressRing } from "../../components/ProgressRing";
import styles from "./Roadmaps.module.css";

interface RoadmapsProps {
  readonly roadmaps: ReturnType<typeof useRoadmaps>;
  readonly text: string;
  onSearch(text: string): void;
}

export function Roadmaps({ roadmaps, text, onSearch }: RoadmapsProps) {
  const { t } = usePreferences();
  const hits = roadmaps.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={styles.roadmaps} aria-labelledby="yours">
      <div className={styles.top}>
        <h2 id="yours">{t("home.yours")}</h2>
        <input
          type="search"
          value={text}
          aria-label={t("home.search")}
          placeholder={t("home.search")}
          onChange={(event) => onSearch(event.target.value)}
        />
      </div>
      {hits.length === 0 && <p role="status">{t("home.noHits", { text })}</p>}
      <ul className={styles.cards}>
        {hits.map((one) => (
          <Card key={one.roadmap_id} roadmap={one} />
        ))}
      </ul>
      {roadmaps.hasNextPage && (
        <Button disabled={roadmaps.isFetchingNextPage} onClick={() => void roadmaps.fetchNextPage()}>
          {t("home.older")}
        </Button>
      )}
    </section>
  );
}

function Card({ roadmap }: { readonly roadmap: ListedRoadmap }) {
  const { t } = usePreferences();
  const { completed, total } = roadmap.progress;
  const ready = t("ring.progress", { completed, total });
  const isBegun = total > 0 && !["drafting", "awaiting_review", "completed"].includes(roadmap.status);
  return (
    <li>
      <Link to="/roadmaps/$roadmapId" params={{ roadmapId: roadmap.roadmap_id }} className={styles.card}>
        <ProgressRing completed={completed} total={total} label={ready} />
        <span>
          <strong>{roadmap.title || roadmap.goal}</strong>
          <span className={styles.state}>
            {isBegun && `${ready} · `}
            {t(`roadmap.${roadmap.status}`)}
          </span>
        </span>
      </Link>
    </li>
  );
}
