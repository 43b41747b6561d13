/** One sentence at the edge of the page: what went wrong, or what has just been done and may be taken back. */

import { createContext, use, useCallback, useMemo, useState, type PropsWithChildren } from "react";

import { Button } from "../components/Button";
import { usePreferences } from "./context";
import styles from "./notice.module.css";

interface Notice {
  readonly text: string;
  readonly isFault?: boolean;
  readonly undo?: () => void;
}

interface Notices {
  show(notice: Notice): void;
  fault(error: Error): void;
  /** Something has succeeded: what was said of an earlier fault is not true any more. */
  clearFault(): void;
}

const Context = createContext<Notices | null>(null);

export function NoticeProvider({ children }: PropsWithChildren) {
  const { t, say } = usePreferences();
  const [notice, show] = useState<Notice | null>(null);
  const fault = useCallback((error: Error) => show({ text: say(error), isFault: true }), [say]);
  const clearFault = useCallback(() => show((now) => (now?.isFault ? null : now)), []);
  const value = useMemo(() => ({ show, fault, clearFault }), [fault, clearFault]);
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
