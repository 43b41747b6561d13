/**
 * What is typed into a field whose value comes back by the event stream: it stays until the value has followed, and
 * where it was refused, so that it can be mended.
 */

import { useState } from "react";

export function useDraft(value: string, send: (text: string) => Promise<boolean>) {
  const [text, setText] = useState<string | null>(null);
  const [sent, setSent] = useState<string | null>(null);
  const [isRefused, setRefused] = useState(false);
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
  };
  return {
    shown: text ?? value,
    isRefused,
    isDirty: text !== null,
    setText,
    reset,
    async save() {
      const wanted = text?.trim() ?? "";
      if (wanted === "" || wanted === value) return reset();
      if (text === sent) return;
      setSent(text);
      setRefused(!(await send(wanted)));
    },
  };
}
