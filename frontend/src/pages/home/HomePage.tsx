/** "What do you want to learn?", and below it what is already there. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { roadmapsQuery } from "../../roadmap/queries";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Shell } from "../../shared/ui/Shell";
import { useTitle } from "../../shared/ui/useTitle";
import { GoalForm } from "./GoalForm";
import styles from "./HomePage.module.css";
import { ImportArea, ImportButton, useImport } from "./Import";
import { Roadmaps } from "./Roadmaps";

export function HomePage() {
  const { t, say } = usePreferences();
  const [text, setText] = useState("");
  const roadmaps = useInfiniteQuery(roadmapsQuery(text.trim()));
  const isEmpty = roadmaps.data?.pages[0]?.items.length === 0;
  const isFirstVisit = isEmpty && text === "";
  const imports = useImport();
  useTitle(null);
  return (
    <Shell>
      <div className={styles.page}>
        <GoalForm isFirstVisit={isFirstVisit} />
        <ImportArea {...imports} />
        {roadmaps.error !== null && (
          <Problem message={say(roadmaps.error)}>
            <Button onClick={() => void roadmaps.refetch()}>{t("app.again")}</Button>
          </Problem>
        )}
        {roadmaps.data !== undefined && !isFirstVisit && (
          <Roadmaps roadmaps={roadmaps} text={text} imports={imports} onSearch={setText} />
        )}
        {isFirstVisit && (
          <p className={styles.first}>
            <ImportButton {...imports} />
            <Link to="/trash">{t("trash.title")}</Link>
          </p>
        )}
      </div>
    </Shell>
  );
}
