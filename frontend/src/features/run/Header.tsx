/** The machinery at the edge: how far the run is. */

import { useEffect, useRef, useState } from "react";

import { authorName } from "../../roadmap/authorName";
import { conceptsOf } from "../../roadmap/outline/concepts";
import type { Roadmap } from "../../roadmap/roadmap";
import { useReachable } from "../../shared/api/reach";
import { money } from "../../shared/i18n/money";
import { usePreferences } from "../../shared/i18n/preferences";
import type { Translate } from "../../shared/i18n/translate";
import styles from "./Header.module.css";
import { useTimeLeft } from "./useTimeLeft";

/** Milliseconds between two announcements to a screen reader. */
const ANNOUNCE_EVERY = 10_000;

export function Headline({ roadmap, connected }: { readonly roadmap: Roadmap; readonly connected: boolean }) {
  const { t, day } = usePreferences();
  const online = useOnline();
  const isReachable = useReachable();
  const left = useTimeLeft(roadmap, connected);
  const { progress, usage } = roadmap;
  const learned = conceptsOf(roadmap).filter((concept) => concept.learned_at !== null).length;
  const tokens = (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0);
  const summary = [
    progress.total === 0 || ["drafting", "awaiting_review"].includes(roadmap.status)
      ? t(`roadmap.${roadmap.status}`)
      : t("progress.ready", { completed: progress.completed, total: progress.total }),
    progress.generating > 0 && t("progress.writing", { count: progress.generating }),
    progress.partial > 0 && t("progress.partial", { count: progress.partial }),
    progress.failed > 0 && t("progress.failed", { count: progress.failed }),
    (roadmap.status === "paused" || roadmap.status === "cancelled") && t(`roadmap.${roadmap.status}`),
    left !== null && spoken(left, t),
    learned > 0 && t("progress.learned", { count: learned }),
  ].filter(Boolean);
  const machinery = [
    tokens > 0 && t("progress.tokens", { tokens: compact(tokens) }),
    usage.cost_usd !== undefined && usage.cost_usd > 0 && money(usage.cost_usd),
    authorName(roadmap.author, t),
    typeof roadmap.imported_at === "string" && t("roadmap.importedOn", { day: day(roadmap.imported_at) }),
    !connected && !online && t("progress.offline"),
    // The page says it, where nothing can be reached at all.
    !connected && online && isReachable && t("progress.reconnecting"),
  ].filter(Boolean);
  return (
    <div className={styles.headline}>
      <h1 title={roadmap.goal} dir="auto" lang={roadmap.language}>
        {roadmap.title || roadmap.goal}
      </h1>
      <p>{[...summary, ...machinery].join(" · ")}</p>
      <Announcement text={summary.join(t("app.separator"))} state={`${roadmap.status} ${connected}`} />
    </div>
  );
}

interface AnnouncementProps {
  readonly text: string;
  /** Another state is said at once; what changes within one, every ten seconds. */
  readonly state: string;
}

/** Sums up for screen readers; the last word is always said. */
export function Announcement({ text, state }: AnnouncementProps) {
  const [said, setSaid] = useState({ text, state });
  const newest = useRef(text);
  if (said.state !== state) setSaid({ text, state });
  const isBehind = said.text !== text;
  useEffect(() => {
    newest.current = text;
  }, [text]);
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => setSaid({ text: newest.current, state }), ANNOUNCE_EVERY);
    return () => clearTimeout(timer);
  }, [isBehind, said, state]);
  return (
    <span className="visually-hidden" role="status" aria-live="polite">
      {said.text}
    </span>
  );
}

const MINUTE = 60_000;
/** Minutes after which hours are told. */
const MANY_MINUTES = 90;

function spoken(milliseconds: number, t: Translate): string {
  if (milliseconds < MINUTE) return t("progress.soon");
  const minutes = Math.ceil(milliseconds / MINUTE);
  return minutes < MANY_MINUTES
    ? t("progress.minutes", { minutes })
    : t("progress.hoursLeft", { hours: Math.round(minutes / 60) });
}

export function ProgressBar({ roadmap }: { readonly roadmap: Roadmap }) {
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

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
}

function compact(count: number): string {
  return count < 1000 ? String(count) : `${Math.round(count / 1000)}k`;
}
