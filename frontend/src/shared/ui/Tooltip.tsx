/** A few words about a control, on hover and on focus; a screen reader reads them as its description. */

import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

import styles from "./Tooltip.module.css";

/** Milliseconds that a pointer rests before the words are shown. */
const REST = 200;

interface TooltipProps {
  readonly words: ReactNode;
  /** One control. */
  readonly children: ReactNode;
}

export function Tooltip({ words, children }: TooltipProps) {
  return (
    <Radix.Provider delayDuration={REST}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content className={styles.tooltip} sideOffset={4} collisionPadding={8}>
            {words}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
