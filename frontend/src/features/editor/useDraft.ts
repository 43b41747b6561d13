/**
 * What is typed into a field whose value comes back by the event stream: it stays until the value has followed, and
 * where it was refused, so that it can be mended.
 */

import { useState, type ChangeEvent, type KeyboardEvent } from "react";

/** `read` gives what is meant by what was typed; where that is null it is not sent, and stays as well. */
export function useDraft(
  value: string,
  send: (text: string) => Promise<boolean>,
  read: (text: string) => string | null = (text) => text,
) {
  const [text, setText] = useState<string | null>(null);
  const [sent, setSent] = useState<string | null>(null);
  const [isRefused, setRefused] = useState(false);
  const [isUnfit, setUnfit] = useState(false);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    if (text === sent) setText(null);
    setSent(null);
  }
  const reset = () => {
    setText(null);
    setSent(null);
    setRefused(false);
    setUnfit(false);
  };
  /** What was refused is sent again where that is wanted: it may have been refused only because nothing answered. */
  const save = async ({ again = false } = {}) => {
    const typed = text?.trim() ?? "";
    if (typed === "") return reset();
    const wanted = read(typed);
    setUnfit(wanted === null);
    if (wanted === null) return;
    if (wanted === value) return reset();
    if (text === sent && !(again && isRefused)) return;
    setSent(text);
    setRefused(!(await send(wanted)));
  };
  /** For an input: it saves when it is left or Enter is pressed, and Escape gives up. */
  const field = {
    value: text ?? value,
    "aria-invalid": isRefused || isUnfit,
    "data-dirty": text !== null,
    onChange: (event: ChangeEvent<HTMLInputElement>) => setText(event.target.value),
    onBlur: () => void save(),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.nativeEvent.isComposing) return;
      if (event.key === "Enter") void save({ again: true });
      if (event.key === "Escape") reset();
    },
  };
  return { field, isUnfit, setText, save, reset };
}
