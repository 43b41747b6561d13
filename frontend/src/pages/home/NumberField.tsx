/** A whole number within bounds: it may be anything while it is typed, and is brought within them when it is left. */

import { useState } from "react";

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  /** Undefined while it is not known yet: then the number stays as it was typed. */
  readonly max: number | undefined;
  onChange(value: number): void;
}

export function NumberField({ label, value, min, max, onChange }: NumberFieldProps) {
  const [text, setText] = useState<string | null>(null);
  const within = (wanted: number) => Math.min(max ?? Infinity, Math.max(min, Math.round(wanted)));
  return (
    <label>
      {label}
      <input
        type="number"
        min={min}
        max={max}
        value={text ?? value}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value !== "") onChange(within(event.target.valueAsNumber));
        }}
        onBlur={() => setText(null)}
      />
      <small>
        {min}–{max ?? "…"}
      </small>
    </label>
  );
}
