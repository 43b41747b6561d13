/** The learner's roadmaps as cards, those studied last first. */

import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { RoadmapPage } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { Card } from "./Card";
import { ImportButton, type useImport } from "./Import";
import styles from "./Roadmaps.module.css";

interface RoadmapsProps {
  readonly roadmaps: UseInfiniteQueryResult<InfiniteData<RoadmapPage>>;
  readonly text: string;
  readonly imports: ReturnType<typeof useImport>;
  onSearch(text: string): void;
}

export function Roadmaps({ roadmaps, text, imports, onSearch }: RoadmapsProps) {
  const { t } = usePreferences();
  // What is studied while pages are read moves to the front: it must not be there twice.
  const all = roadmaps.data?.pages.flatMap((page) => page.items) ?? [];
  const hits = [...new Map(all.map((one) => [one.roadmap_id, one])).values()];
  return (
    <section className={styles.roadmaps} aria-labelledby="yours">
      <div className={styles.top}>
        <h2 id="yours">{t("home.yours")}</h2>
        <ImportButton {...imports} />
        <Link to="/trash">{t("trash.title")}</Link>
        <input
          type="search"
          dir="auto"
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
