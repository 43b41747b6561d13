/** Something is on its way. After a while it says that this takes too long: nothing spins for ever. */

import { useEffect, useState } from "react";

import { usePreferences } from "../i18n/preferences";
import styles from "./Waiting.module.css";

/** Milliseconds before a word is shown at all, and before it is too long. */
const SHOWN_AFTER = 300;
const TOO_LONG = 10_000;

export function Waiting() {
  const { t } = usePreferences();
  const [state, setState] = useState<"new" | "shown" | "slow">("new");
  useEffect(() => {
    const shown = setTimeout(() => setState("shown"), SHOWN_AFTER);
    const slow = setTimeout(() => setState("slow"), TOO_LONG);
    return () => {
      clearTimeout(shown);
      clearTimeout(slow);
    };
  }, []);
  return (
    <p className={styles.waiting} role="status">
      {state === "shown" && t("app.loading")}
      {state === "slow" && t("app.slow")}
    </p>
  );
}
