/** One sentence at the edge of the page: what went wrong, or what has just been done and may be taken back. */

import { createContext, use, useCallback, useMemo, useState, type PropsWithChildren } from "react";

import { isAbsence } from "../api/client";
import { greenway } from "../api/reach";
import { usePreferences } from "../i18n/preferences";
import { Button } from "./Button";
import styles from "./notice.module.css";

export interface Notice {
  readonly text: string;
  readonly isFault?: boolean;
  /** The fault, if it is one. */
  readonly fault?: Error;
  /** It is about the last command only: the next one that succeeds takes it away. */
  readonly isPassing?: boolean;
  readonly undo?: () => void;
}

interface Notices {
  show(notice: Notice): void;
  fault(error: Error): void;
  /** Something has succeeded: what was said of an earlier fault, or command, is not true any more. */
  clearPassed(): void;
}

/** Milliseconds for which what has passed can still be read. */
const READABLE = 6_000;

const Context = createContext<Notices | null>(null);

export function NoticeProvider({ children }: PropsWithChildren) {
  const { t, say } = usePreferences();
  const [notice, show] = useState<Notice | null>(null);
  const fault = useCallback(
    (error: Error) => {
      show({ text: say(error), isFault: true, fault: error });
      if (!isAbsence(error)) return;
      const read = new Promise((resolve) => setTimeout(resolve, READABLE));
      // It is true until Greenway answers again.
      void Promise.all([greenway.suspect(), read]).then(() =>
        show((now) => (now?.fault === error ? null : now)),
      );
    },
    [say],
  );
  const clearPassed = useCallback(() => show((now) => (now?.isFault || now?.isPassing ? null : now)), []);
  const value = useMemo(() => ({ show, fault, clearPassed }), [fault, clearPassed]);
  const dismiss = () => show(null);
  return (
    <Context value={value}>
      {children}
      <div className={styles.place} role={notice?.isFault ? "alert" : "status"}>
        {notice !== null && (
          <div className={styles.notice} data-fault={notice.isFault ?? false}>
            <span>{notice.text}</span>
            {notice.undo !== undefined && (
              <Button
                onClick={() => {
                  notice.undo?.();
                  dismiss();
                }}
              >
                {t("app.undo")}
              </Button>
            )}
            <Button onClick={dismiss}>{t("app.dismiss")}</Button>
          </div>
        )}
      </div>
    </Context>
  );
}

export function useNotice(): Notices {
  const value = use(Context);
  if (value === null) throw new Error("There is no NoticeProvider above.");
  return value;
}
