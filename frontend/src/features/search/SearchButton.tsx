/** The search in the header of every page: it looks like the field that it opens, and a key opens it, too. */

import { lazy, Suspense, useEffect, useState } from "react";

import { usePreferences } from "../../shared/i18n/preferences";
import styles from "./SearchButton.module.css";

const SearchDialog = lazy(() => import("./SearchDialog"));

export function SearchButton() {
  const { t } = usePreferences();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!opensSearch(event)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <>
      <button
        type="button"
        className={styles.button}
        aria-haspopup="dialog"
        aria-keyshortcuts="/ Control+K Meta+K"
        aria-label={t("search.title")}
        onClick={() => setOpen(true)}
      >
        <svg viewBox="0 0 16 16" aria-hidden>
          <circle cx={6.5} cy={6.5} r={4.5} />
          <path d="M10 10l4.5 4.5" />
        </svg>
        <span>{t("search.title")}</span>
        <kbd aria-hidden>/</kbd>
      </button>
      {isOpen && (
        <Suspense>
          <SearchDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** `/` where nothing is typed, and Ctrl+K or ⌘K everywhere. */
export function opensSearch(event: KeyboardEvent): boolean {
  if (event.altKey || event.defaultPrevented) return false;
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "k" && !event.shiftKey;
  const { target } = event;
  const isTyping =
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest("input, textarea, select, [role='textbox']") !== null);
  return event.key === "/" && !isTyping;
}
