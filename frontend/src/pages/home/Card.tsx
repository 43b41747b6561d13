/** A roadmap in the list: its title, goal and date, how far it is; it can be given another title. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { isPermitted } from "../../roadmap/commands/permitted";
import { COMMANDS } from "../../roadmap/commands/registry";
import { LISTS } from "../../roadmap/queries";
import { useReachable } from "../../shared/api/reach";
import type { ListedRoadmap } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { ProgressRing } from "../../shared/ui/ProgressRing";
import styles from "./Roadmaps.module.css";

/** Something is going on. */
const BUSY = ["drafting", "generating"];

export function Card({ roadmap }: { readonly roadmap: ListedRoadmap }) {
  const { t, day } = usePreferences();
  const isReachable = useReachable();
  const [isRenaming, setRenaming] = useState(false);
  const { completed, total } = roadmap.progress;
  const title = roadmap.title || roadmap.goal;
  const ready = t("ring.progress", { completed, total });
  // While the server does not answer, what goes on is unknown.
  const isKnown = isReachable || !BUSY.includes(roadmap.status);
  const isBegun = total > 0 && !["drafting", "awaiting_review", "completed"].includes(roadmap.status);
  const canRename = total > 0 && isPermitted("edit", roadmap);
  if (isRenaming) return <Rename roadmap={roadmap} onEnd={() => setRenaming(false)} />;
  return (
    <li className={styles.place}>
      <Link to="/roadmaps/$roadmapId" params={{ roadmapId: roadmap.roadmap_id }} className={styles.card}>
        <ProgressRing completed={completed} total={total} label={ready} />
        <span className={styles.words}>
          <strong dir="auto" lang={roadmap.language}>
            {title}
          </strong>
          {roadmap.goal !== title && (
            <span dir="auto" className={styles.goal}>
              {roadmap.goal}
            </span>
          )}
          <span className={styles.state}>
            <time dateTime={roadmap.created_at}>{day(roadmap.created_at)}</time>
            {typeof roadmap.imported_at === "string" && ` · ${t("roadmap.imported")}`}
            {isBegun && ` · ${ready}`}
            {isKnown && (
              <>
                {" · "}
                <span className={styles.status}>{t(`roadmap.${roadmap.status}`)}</span>
              </>
            )}
          </span>
        </span>
      </Link>
      {canRename && (
        <Button
          kind="quiet"
          className={styles.rename ?? ""}
          aria-label={t("home.renameOf", { title })}
          title={t("home.rename")}
          onClick={() => setRenaming(true)}
        >
          <span aria-hidden>✎</span>
        </Button>
      )}
    </li>
  );
}

function Rename({ roadmap, onEnd }: { readonly roadmap: ListedRoadmap; onEnd(): void }) {
  const { t, say } = usePreferences();
  const queries = useQueryClient();
  const [title, setTitle] = useState(roadmap.title);
  const rename = useMutation({
    mutationFn: () => COMMANDS.edit.send(roadmap.roadmap_id, { operations: [{ op: "retitle", title }] }),
    onSuccess: async () => {
      await queries.invalidateQueries(LISTS);
      onEnd();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <li className={styles.place}>
      <form
        className={styles.card}
        onSubmit={submit}
        onKeyDown={(event) => event.key === "Escape" && onEnd()}
      >
        <input
          autoFocus
          dir="auto"
          value={title}
          aria-label={t("home.renameOf", { title: roadmap.title })}
          onChange={(event) => setTitle(event.target.value)}
        />
        <span className={styles.choice}>
          <Button kind="primary" type="submit" disabled={rename.isPending}>
            {t("home.save")}
          </Button>
          <Button onClick={onEnd}>{t("app.cancel")}</Button>
        </span>
        {rename.error !== null && (
          <span className={styles.fault} role="alert">
            {say(rename.error)}
          </span>
        )}
      </form>
    </li>
  );
}
