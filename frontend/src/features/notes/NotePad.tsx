/** The learner's note on a concept, at hand while the lesson is read: a bar at the foot of it that opens. */

import { lazy, Suspense, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";

import { greenway } from "../../shared/api/reach";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { Waiting } from "../../shared/ui/Waiting";
import { closeDraft, openDraft, type NotePlace } from "./keptNotes";
import type { NoteDraft, NoteState } from "./noteDraft";
import styles from "./NotePad.module.css";

const Formatted = lazy(() => import("./FormattedNote"));

/** Characters of a note that the server keeps (MAX_NOTE). */
const LONGEST = 20_000;

export function NotePad({ roadmapId, conceptId, startsOpen = false }: NotePlace & { startsOpen?: boolean }) {
  const { t } = usePreferences();
  const draft = useDraft(roadmapId, conceptId);
  const [isOpen, setOpen] = useState(startsOpen);
  const id = useId();
  const text = useSyncExternalStore(
    (listener) => draft?.onChange(listener) ?? (() => undefined),
    () => draft?.state.text ?? "",
  );
  return (
    <section className={styles.pad} data-open={isOpen} aria-label={t("note.title")}>
      <button
        type="button"
        className={styles.bar}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span aria-hidden>✎</span> {t("note.title")}
        {!isOpen && text !== "" && <span className={styles.begin}>{beginningOf(text)}</span>}
        <span aria-hidden className={styles.arrow}>
          {isOpen ? "▾" : "▴"}
        </span>
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && draft !== null && <Editor draft={draft} />}
      </div>
    </section>
  );
}

/** One draft for as long as the concept is open; what is not sent is sent when it is left. */
function useDraft(roadmapId: string, conceptId: string): NoteDraft | null {
  const [draft, setDraft] = useState<NoteDraft | null>(null);
  useEffect(() => {
    const place = { roadmapId, conceptId };
    const opened = openDraft(place);
    setDraft(opened);
    void opened.open();
    const send = () => void opened.send();
    const stop = greenway.onChange(() => greenway.isThere() && send());
    addEventListener("pagehide", send);
    return () => {
      stop();
      removeEventListener("pagehide", send);
      void closeDraft(place, opened);
    };
  }, [roadmapId, conceptId]);
  return draft;
}

function Editor({ draft }: { readonly draft: NoteDraft }) {
  const { t, number } = usePreferences();
  const state = useSyncExternalStore(
    (listener) => draft.onChange(listener),
    () => draft.state,
  );
  const [isShown, setShown] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!isShown) field.current?.focus({ preventScroll: true });
  }, [isShown]);
  const length = [...state.text].length;
  const words = useWords(state);
  return (
    <div className={styles.editor}>
      {isShown ? (
        <div className={styles.shown} tabIndex={0} role="group" aria-label={t("note.title")}>
          <Suspense fallback={<Waiting />}>
            <Formatted text={state.text} />
          </Suspense>
        </div>
      ) : (
        <textarea
          ref={field}
          className={styles.field}
          dir="auto"
          aria-label={t("note.title")}
          placeholder={t("note.placeholder")}
          readOnly={!draft.canEdit}
          value={state.text}
          onChange={(event) => draft.edit(event.target.value)}
          onBlur={() => void draft.send()}
        />
      )}
      {state.status.is === "conflict" && (
        <Conflict draft={draft} mine={state.text} theirs={state.status.theirs} />
      )}
      <p className={styles.foot}>
        <span role="status" data-warns={!["loading", "saved", "saving", "unsaved"].includes(state.status.is)}>
          {length > LONGEST ? t("note.tooLong", { length: number(length), most: number(LONGEST) }) : words}
        </span>
        <Button kind="quiet" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {t(isShown ? "note.edit" : "note.show")}
        </Button>
      </p>
    </div>
  );
}

function useWords({ status, text }: NoteState): string {
  const { t, say } = usePreferences();
  switch (status.is) {
    case "loading":
      return t("app.loading");
    case "saved":
      return text === "" ? t("note.markdown") : t("note.saved");
    case "unsaved":
    case "saving":
      return t("note.saving");
    case "away":
      return t(status.inBrowser ? "note.away" : "note.awayLost");
    case "refused":
      return say(status.error);
    case "conflict":
      return t("note.conflict");
  }
}

function Conflict({ draft, mine, theirs }: { readonly draft: NoteDraft; mine: string; theirs: string }) {
  const { t } = usePreferences();
  return (
    <div className={styles.conflict} role="alert">
      <p>{t("note.conflictWhy")}</p>
      <pre dir="auto">{theirs === "" ? t("note.empty") : theirs}</pre>
      <p className={styles.choices}>
        <Button kind="primary" onClick={() => void draft.settle(`${theirs}\n\n${mine}`.trim())}>
          {t("note.keepBoth")}
        </Button>
        <Button onClick={() => void draft.settle(mine)}>{t("note.keepMine")}</Button>
        <Button onClick={() => void draft.settle(theirs)}>{t("note.keepTheirs")}</Button>
      </p>
    </div>
  );
}

/** The first line, without the marks of Markdown. */
function beginningOf(text: string): string {
  return text
    .replace(/[*_`#>~|$]+/g, "")
    .trim()
    .split("\n", 1)[0]!
    .slice(0, 80);
}
