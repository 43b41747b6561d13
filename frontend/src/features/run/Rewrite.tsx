/** Asks before a roadmap is written anew: by which model, and what that takes. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { authorName } from "../../roadmap/authorName";
import type { Commands } from "../../roadmap/commands/useCommands";
import { rewriteEstimateQuery } from "../../roadmap/queries";
import { money } from "../../shared/i18n/money";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import styles from "./Rewrite.module.css";

export function Rewrite({ commands, onClose }: { readonly commands: Commands; onClose(): void }) {
  const { t, number, say } = usePreferences();
  const dialog = useRef<HTMLDialogElement>(null);
  const estimate = useQuery(rewriteEstimateQuery(commands.roadmapId));
  useEffect(() => dialog.current?.showModal(), []);
  const { data } = estimate;
  const begin = () => void commands.run("rewrite").then(onClose);
  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby="rewrite-title" onClose={onClose}>
      <h2 id="rewrite-title">{t("command.rewrite")}</h2>
      <p>{t("rewrite.kept")}</p>
      <p role="status">
        {data !== undefined &&
          t("rewrite.estimate", {
            author: authorName(data.author, t),
            cost: data.cost_usd === null ? t("model.unpriced") : money(data.cost_usd),
            minutes: number(Math.max(1, Math.round(data.minutes))),
          })}
        {estimate.error !== null && say(estimate.error)}
      </p>
      <div className={styles.row}>
        <Button onClick={() => dialog.current?.close()}>{t("rewrite.cancel")}</Button>
        <Button kind="primary" disabled={commands.isPending || data === undefined} onClick={begin}>
          {t("rewrite.begin")}
        </Button>
      </div>
    </dialog>
  );
}
