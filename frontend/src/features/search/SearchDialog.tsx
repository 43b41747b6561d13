/** Searches lessons and notes while something is typed; a result opens the lesson at its place. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";

import { searchQuery } from "../../roadmap/queries";
import type { SearchResult } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { textDirection } from "../../shared/languages/direction";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Highlighted } from "./Highlighted";
import styles from "./SearchDialog.module.css";

/** Milliseconds without typing after which something is searched for. */
const PAUSE = 200;
/** Characters that the server searches for (MAX_QUERY). */
const LONGEST = 200;

export default function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const { t, say } = usePreferences();
  const navigate = useNavigate();
  const { roadmapId } = useParams({ strict: false });
  const [typed, setTyped] = useState("");
  const [isHere, setHere] = useState(false);
  const text = usePaused(typed.trim());
  const isTooLong = [...text].length > LONGEST;
  const results = useQuery(searchQuery(isTooLong ? "" : text, (isHere && roadmapId) || null));
  const items = text === "" || isTooLong ? [] : (results.data?.items ?? []);
  const list = useRef<HTMLOListElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // The browser keeps the focus within it, and gives it back.
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const id = useId();
  const closeOutside = (event: MouseEvent) => {
    if (event.target === dialog.current) dialog.current.close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type === "search") {
      const first = items[0];
      if (first === undefined || text !== typed.trim() || event.nativeEvent.isComposing) return;
      void navigate(placeOf(first));
      onClose();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const links = [...(list.current?.querySelectorAll("a") ?? [])];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      const next = links[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (at < 0 && event.key === "ArrowUp") return;
      event.preventDefault();
      if (next !== undefined) next.focus();
      else if (event.key === "ArrowUp") document.getElementById(id)?.focus();
    }
  };
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={t("search.title")}
      onClose={onClose}
      onClick={closeOutside}
      onKeyDown={onKeyDown}
    >
      <div className={styles.head}>
        <input
          id={id}
          type="search"
          dir="auto"
          autoComplete="off"
          value={typed}
          placeholder={t("search.placeholder")}
          aria-label={t("search.title")}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button kind="quiet" onClick={() => dialog.current?.close()}>
          {t("concept.close")}
        </Button>
      </div>
      {roadmapId !== undefined && (
        <label className={styles.here}>
          <input type="checkbox" checked={isHere} onChange={(event) => setHere(event.target.checked)} />
          {t("search.here")}
        </label>
      )}
      {results.error !== null && <Problem message={say(results.error)} />}
      <p className={styles.count} role="status">
        {isTooLong
          ? t("search.tooLong", { most: LONGEST })
          : text === ""
            ? t("search.hint")
            : results.data === undefined || results.isPlaceholderData
              ? t("app.loading")
              : items.length === 0
                ? t(results.data.complete ? "search.nothing" : "search.indexing")
                : t("search.found", { count: items.length })}
      </p>
      <ol ref={list} className={styles.results}>
        {items.map((item, index) => (
          <Result key={index} item={item} onOpen={onClose} />
        ))}
      </ol>
    </dialog>
  );
}

function Result({ item, onOpen }: { readonly item: SearchResult; readonly onOpen: () => void }) {
  const { t } = usePreferences();
  const isConcept = item.source === "concept";
  return (
    <li>
      <Link {...placeOf(item)} className={styles.result} onClick={onOpen}>
        <span className={styles.name} dir={textDirection(item.concept_name, item.language)}>
          {isConcept ? <Highlighted {...item.heading} /> : item.concept_name}
          {!isConcept && item.heading.text !== "" && (
            <>
              {" › "}
              <Highlighted {...item.heading} />
            </>
          )}
        </span>
        <small className={styles.source}>{t(`search.${item.source}`)}</small>
        {item.excerpt.text !== "" && (
          <span
            className={styles.excerpt}
            lang={item.source === "note" ? undefined : item.language}
            dir={textDirection(item.excerpt.text, item.language)}
          >
            <Highlighted {...item.excerpt} />
          </span>
        )}
        <small className={styles.roadmap} dir="auto">
          {item.roadmap_title}
        </small>
      </Link>
    </li>
  );
}

function placeOf({ roadmap_id, concept_id, source, anchor }: SearchResult) {
  return {
    to: "/roadmaps/$roadmapId/concepts/$conceptId",
    params: { roadmapId: roadmap_id, conceptId: concept_id },
    hash: anchor ?? source,
  } as const;
}

/** The value, once it has stayed the same for a moment. */
function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return value === "" ? "" : paused;
}
