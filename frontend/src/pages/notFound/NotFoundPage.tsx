/** There is no such address. */

import { Link } from "@tanstack/react-router";

import { usePreferences } from "../../shared/i18n/preferences";
import { Shell } from "../../shared/ui/Shell";
import { useTitle } from "../../shared/ui/useTitle";
import styles from "./NotFoundPage.module.css";

export function NotFoundPage() {
  const { t } = usePreferences();
  useTitle(t("app.notFound"));
  return (
    <Shell>
      <div className={styles.page}>
        <h1>{t("app.notFound")}</h1>
        <p>{t("app.notFoundWhy")}</p>
        <Link to="/">{t("app.toHome")}</Link>
      </div>
    </Shell>
  );
}
