/** What every page has: the sign, the language, the theme. */

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useReachable } from "../api/reach";
import { usePreferences } from "../i18n/preferences";
import { Button } from "./Button";
import styles from "./Shell.module.css";
import { useHeaderTools } from "./tools";

interface ShellProps {
  /** Beside the sign: the title of the page. */
  readonly title?: ReactNode;
  /** Where a page has commands of its own, language and theme are among them. */
  readonly actions?: ReactNode;
  /** Under the header. */
  readonly bar?: ReactNode;
  readonly children: ReactNode;
}

export function Shell({ title, actions, bar, children }: ShellProps) {
  const { t } = usePreferences();
  const tools = useHeaderTools();
  return (
    <>
      <a className={styles.skip} href="#content">
        {t("app.skip")}
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.brand} aria-label={t("app.home")}>
          <Sign />
          <span className={styles.name}>{t("app.name")}</span>
        </Link>
        <div className={styles.title}>{title}</div>
        <div className={styles.actions}>
          {tools}
          {actions ?? <Look />}
        </div>
      </header>
      {bar}
      <Away />
      <main id="content" tabIndex={-1} className={styles.main}>
        {children}
      </main>
    </>
  );
}

/** Greenway is away: what is shown may be old, and will not stay so. */
function Away() {
  const { t } = usePreferences();
  const isReachable = useReachable();
  return <div role="status">{!isReachable && <p className={styles.away}>{t("progress.away")}</p>}</div>;
}

function Look() {
  const { t, theme, switchLanguage, switchTheme } = usePreferences();
  return (
    <>
      <Button aria-label={t("app.languageName")} onClick={switchLanguage}>
        {t("app.language")}
      </Button>
      <Button aria-label={t("app.theme")} aria-pressed={theme === "dark"} onClick={switchTheme}>
        <span aria-hidden>◐</span>
      </Button>
    </>
  );
}

function Sign() {
  return (
    <svg className={styles.sign} viewBox="0 0 24 24" aria-hidden>
      <circle cx={5} cy={19} r={3} />
      <circle cx={12} cy={12} r={3} />
      <circle className={styles.open} cx={19} cy={5} r={2.5} />
    </svg>
  );
}
