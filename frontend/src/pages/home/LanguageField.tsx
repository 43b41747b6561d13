/** The language of the lessons: a list that is searched by typing. Follows the ARIA pattern of a combobox. */

import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";

import { usePreferences } from "../../shared/i18n/preferences";
import { choices, found, type Choice } from "../../shared/languages/choices";
import { nameIn, ownName } from "../../shared/languages/tags";
import styles from "./LanguageField.module.css";

interface LanguageFieldProps {
  readonly value: string;
  onChange(tag: string): void;
}

export function LanguageField({ value, onChange }: LanguageFieldProps) {
  const { t, language: page } = usePreferences();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  /** What is searched for; null while the list is closed. */
  const [text, setText] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const all = useMemo(() => choices(navigator.languages, page), [page]);
  const hits = text === null ? [] : found(all, text, page);
  const isOpen = text !== null;
  const move = (to: number) => {
    const next = Math.max(0, Math.min(hits.length - 1, to));
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const open = (search: string) => {
    setText(search);
    setActive(0);
  };
  const choose = (choice: Choice | undefined) => {
    if (choice !== undefined) onChange(choice.tag);
    setText(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" && isOpen) move(active + 1);
    else if (event.key === "ArrowDown") open("");
    else if (event.key === "ArrowUp" && isOpen) move(active - 1);
    else if (event.key === "Enter" && isOpen) choose(hits[active]);
    else if (event.key === "Escape" && isOpen) setText(null);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t("home.language")}</label>
      <input
        id={id}
        role="combobox"
        dir="auto"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && hits.length > 0 ? `${id}-${active}` : undefined}
        value={text ?? ownName(value)}
        placeholder={t("home.languageSearch")}
        onClick={() => !isOpen && open("")}
        onChange={(event) => open(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => setText(null)}
      />
      <ul
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t("home.language")}
        hidden={!isOpen || hits.length === 0}
      >
        {hits.map((one, index) => (
          <li
            key={one.tag}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            // The field keeps the focus: it must not be lost before the click counts.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(one)}
          >
            <bdi lang={one.tag}>{one.name}</bdi>
            {one.here !== one.name && <small>{one.here}</small>}
          </li>
        ))}
      </ul>
      {isOpen && hits.length === 0 && <small role="status">{t("home.languageNone")}</small>}
      {!isOpen && nameIn(value, page) !== null && nameIn(value, page) !== ownName(value) && (
        <small>{nameIn(value, page)}</small>
      )}
    </div>
  );
}
