/** What went wrong, in a sentence, and the next step. */

import type { ReactNode } from "react";

import styles from "./Problem.module.css";

export function Problem({ message, children }: { readonly message: string; readonly children?: ReactNode }) {
  return (
    <div className={styles.problem} role="alert">
      <p>{message}</p>
      {children !== undefined && <div className={styles.steps}>{children}</div>}
    </div>
  );
}
