/** While the author drafts: what has been done, what is being done, and how long already. */

import { useEffect, useState } from "react";

import { authorName } from "../../roadmap/authorName";
import type { Commands } from "../../roadmap/commands/useCommands";
import type { Roadmap } from "../../roadmap/roadmap";
import { usePreferences } from "../../shared/i18n/preferences";
import { Problem } from "../../shared/ui/Problem";
import { CommandButton } from "./CommandButton";
import styles from "./Drafting.module.css";

/** Seconds after which no worker seems to take the task, and after which a draft takes long. */
const UNTAKEN = 10;
const LONG = 120;

export function Drafting({ roadmap, commands }: { readonly roadmap: Roadmap; readonly commands: Commands }) {
  const { t, why } = usePreferences();
  const { task } = roadmap;
  const seconds = useSecondsSince(task.created_at);
  if (roadmap.status !== "drafting") {
    return (
      <div className={styles.page}>
        <h2>{t(roadmap.status === "cancelled" ? "failed.cancelled" : "failed.title")}</h2>
        <Problem message={task.error === null ? t(`roadmap.${roadmap.status}`) : why(task.error)}>
          <CommandButton commands={commands} name="retry" kind="primary" label="app.again" />
        </Problem>
      </div>
    );
  }
  const isTaken = task.status === "running";
  return (
    <div className={styles.page}>
      <h2>{t(task.kind === "revise" ? "drafting.revising" : "drafting.title")}</h2>
      <p className={styles.goal} dir="auto">
        {roadmap.goal}
      </p>
      <ol className={styles.steps}>
        <li data-state="done">{t("drafting.step1")}</li>
        <li data-state={isTaken ? "done" : "now"}>{t("drafting.step2")}</li>
        <li data-state={isTaken ? "now" : "next"}>{t("drafting.step3")}</li>
      </ol>
      <p>
        {isTaken
          ? t("drafting.running", { author: authorName(roadmap.author, t) })
          : t(seconds < UNTAKEN ? "drafting.queued" : "drafting.noWorker")}{" "}
        <span className={styles.elapsed}>{t("drafting.elapsed", { seconds })}</span>
      </p>
      <p className={styles.next}>{t(isTaken && seconds > LONG ? "drafting.slow" : "drafting.next")}</p>
      <CommandButton commands={commands} name="cancel" label="drafting.cancel" />
    </div>
  );
}

function useSecondsSince(instant: string): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
}
