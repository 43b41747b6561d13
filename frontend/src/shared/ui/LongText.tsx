/** A field for long text: it grows with what is typed, counts it, and cuts nothing. */

import { useLayoutEffect, useRef, type ComponentProps } from "react";

import { usePreferences } from "../i18n/preferences";
import styles from "./LongText.module.css";

/** From this share of the most on, characters are counted where they can be seen. */
const COUNT_FROM = 0.05;

interface LongTextProps extends Omit<ComponentProps<"textarea">, "value" | "maxLength"> {
  readonly id: string;
  readonly value: string;
  /** Characters that are accepted. */
  readonly most: number;
}

export function LongText({ id, value, most, className = "", ...rest }: LongTextProps) {
  const { t, number } = usePreferences();
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const { current } = field;
    if (current === null) return;
    current.style.blockSize = "auto";
    current.style.blockSize = `${current.scrollHeight + current.offsetHeight - current.clientHeight}px`;
  }, [value]);
  const count = lengthOf(value);
  const isTooLong = count > most;
  const isCounted = count >= most * COUNT_FROM;
  const described = [rest["aria-describedby"], isCounted && `${id}-count`].filter(Boolean).join(" ");
  return (
    <>
      <textarea
        dir="auto"
        {...rest}
        ref={field}
        id={id}
        value={value}
        className={`${styles.field} ${className}`}
        aria-invalid={isTooLong || rest["aria-invalid"]}
        aria-describedby={described || undefined}
      />
      {isCounted && (
        <small
          id={`${id}-count`}
          className={styles.count}
          data-fault={isTooLong}
          role={isTooLong ? "alert" : undefined}
        >
          {isTooLong
            ? t("text.tooLong", { count: number(count), most: number(most), over: number(count - most) })
            : t("text.count", { count: number(count), most: number(most) })}
        </small>
      )}
    </>
  );
}

/** Characters as the API counts them: without what surrounds the text, and one for each code point. */
export function lengthOf(text: string): number {
  return [...text.trim()].length;
}
