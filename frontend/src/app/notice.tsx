/** One sentence at the edge of the page: what went wrong, or what has just been done and may be taken back. */

import { createContext, use, useCallback, useMemo, useState, type PropsWithChildren } from "react";

import { Button } from "../components/Button";
import { usePreferences } from "./context";
import styles from "./notice.module.css";
import { sentence } from "./sentence";

interface Notice {
  readonly text: string;
  readonly isFault?: boolean;
  readonly undo?: () => void;
}

interface Notices {
  show(notice: Notice): void;
  fault(error: Error): void;
}

const Context = createContext<Notices | null>(null);

export function NoticeProvider({ children }: PropsWithChildren) {
  const { t } = usePreferences();
  const [notice, show] = useState<Notice | null>(null);
  const fault = useCallback((error: Error) => show({ text: sentence(error, t), isFault: true }), [t]);
  const value = useMemo(() => ({ show, fault }), [fault]);
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
