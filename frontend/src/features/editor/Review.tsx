/** The outline as an editable tree. Each edit is an operation that the server applies; undo is the server's too. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, type FormEvent } from "react";

import { COMMANDS } from "../../roadmap/commands/registry";
import type { Commands } from "../../roadmap/commands/useCommands";
import { conceptsOf } from "../../roadmap/outline/concepts";
import { estimateQuery, revisionQuery } from "../../roadmap/queries";
import type { Roadmap } from "../../roadmap/roadmap";
import { money } from "../../shared/i18n/money";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { lengthOf, LongText } from "../../shared/ui/LongText";
import { Fit } from "../fit/Fit";
import { CommandButton } from "../run/CommandButton";
import { OutlineTree } from "./OutlineTree";
import styles from "./Review.module.css";

const LONGEST_FEEDBACK = 2000;

interface ReviewProps {
  readonly roadmap: Roadmap;
  readonly commands: Commands;
  readonly wish: string;
  setWish(wish: string): void;
  /** Where the outline may be read instead. */
  onDone(): void;
}

export function Review({ roadmap, commands, wish, setWish, onDone }: ReviewProps) {
  const { t } = usePreferences();
  const isReview = roadmap.status === "awaiting_review";
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z")
        return;
      event.preventDefault();
      if (event.shiftKey && commands.can("redo")) void commands.run("redo");
      else if (!event.shiftKey && commands.can("undo")) void commands.run("undo");
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  return (
    <div className={styles.page}>
      <section aria-labelledby="review">
        <div className={styles.top}>
          <div>
            <h2 id="review">{t("review.title")}</h2>
            {isReview && roadmap.author.startsWith("builtin") && (
              <Fit goal={roadmap.goal} language={roadmap.language} />
            )}
            <p>{t(isReview ? "review.hint" : "review.hintLater")}</p>
          </div>
          {(["undo", "redo"] as const).map((name) => (
            <Button
              key={name}
              disabled={!commands.can(name) || commands.isPending}
              onClick={() => void commands.run(name)}
            >
              {t(COMMANDS[name].label)}
            </Button>
          ))}
          {!isReview && (
            <Button kind="primary" onClick={onDone}>
              {t("review.done")}
            </Button>
          )}
        </div>
        <OutlineTree
          roadmap={roadmap}
          edit={(operations) => commands.run("edit", { operations })}
          disabled={false}
        />
        <p className={styles.keys}>{t("review.keys")}</p>
      </section>
      <aside className={styles.side}>
        <Estimate roadmap={roadmap} />
        <CommandButton commands={commands} name="approve" kind="primary" />
        <Changes roadmap={roadmap} />
        {commands.can("revise") && <Ask commands={commands} wish={wish} setWish={setWish} />}
      </aside>
    </div>
  );
}

/** Where the browser has something of its own to take back. */
function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type === "search" || target.dataset.dirty === "true";
  return target instanceof HTMLTextAreaElement;
}

function Estimate({ roadmap }: { readonly roadmap: Roadmap }) {
  const { t } = usePreferences();
  const estimate = useQuery(estimateQuery(roadmap.roadmap_id, roadmap.revision));
  const hours = conceptsOf(roadmap).reduce((sum, concept) => sum + concept.estimated_hours, 0);
  const cost = estimate.data?.cost_usd;
  const isWritten = roadmap.progress.completed === roadmap.progress.total;
  return (
    <section aria-labelledby="estimate">
      <h3 id="estimate">{t("review.estimate")}</h3>
      <ul className={styles.estimate}>
        <li>{t("review.hours", { hours: Math.round(hours * 10) / 10 })}</li>
        {estimate.data !== undefined && !isWritten && (
          <>
            <li>{t("review.minutes", { minutes: Math.max(1, Math.ceil(estimate.data.minutes)) })}</li>
            {estimate.data.calls > 0 && <li>{t("review.calls", { calls: estimate.data.calls })}</li>}
            <li>
              {cost == null
                ? t("review.unpriced")
                : cost === 0
                  ? t("review.free")
                  : t("review.cost", { cost: money(cost) })}
            </li>
          </>
        )}
        {isWritten && <li>{t("review.nothing")}</li>}
      </ul>
    </section>
  );
}

function Changes({ roadmap }: { readonly roadmap: Roadmap }) {
  const { t } = usePreferences();
  const revision = useQuery(revisionQuery(roadmap.roadmap_id, roadmap.revision));
  if (revision.data?.kind !== "revised") return null;
  return (
    <section aria-labelledby="changes">
      <h3 id="changes">{t("review.changes")}</h3>
      {revision.data.note !== null && <p>{revision.data.note}</p>}
      <ul className={styles.changes}>
        {revision.data.changes.map((one, index) => (
          <li key={index} data-change={one.change}>
            <span>{t(`review.${one.change}`)}</span> {one.name}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ask({ commands, wish, setWish }: Omit<ReviewProps, "roadmap" | "onDone">) {
  const { t } = usePreferences();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (wish.trim() !== "") void commands.run("revise", { feedback: wish.trim() });
  };
  return (
    <form className={styles.ask} onSubmit={send}>
      <h3>
        <label htmlFor="ask">{t("review.ask")}</label>
      </h3>
      <LongText
        id="ask"
        rows={3}
        most={LONGEST_FEEDBACK}
        value={wish}
        placeholder={t("review.askPlaceholder")}
        onChange={(event) => setWish(event.target.value)}
      />
      <Button
        type="submit"
        disabled={wish.trim() === "" || lengthOf(wish) > LONGEST_FEEDBACK || commands.isPending}
      >
        {t(COMMANDS.revise.label)}
      </Button>
    </form>
  );
}
