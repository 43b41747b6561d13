/** Which model writes: what is in force, what this machine has, providers, and what it costs. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Advanced } from "../../features/model/Advanced";
import { Connect } from "../../features/model/Connect";
import { Now } from "../../features/model/Now";
import { modelQuery } from "../../features/model/queries";
import { Servers } from "../../features/model/Servers";
import { Spending } from "../../features/model/Spending";
import { usePreferences } from "../../shared/i18n/preferences";
import { Problem } from "../../shared/ui/Problem";
import { Shell } from "../../shared/ui/Shell";
import { useTitle } from "../../shared/ui/useTitle";
import { Waiting } from "../../shared/ui/Waiting";
import styles from "./ModelPage.module.css";

export default function ModelPage() {
  const { t, say } = usePreferences();
  const model = useQuery(modelQuery());
  useTitle(t("model.title"));
  return (
    <Shell>
      <div className={styles.page}>
        <h1>{t("model.title")}</h1>
        <p className={styles.help}>
          {t("model.help")} <Link to="/">{t("app.toHome")}</Link>
        </p>
        {model.isPending && <Waiting />}
        {model.data === undefined && model.error !== null && <Problem message={say(model.error)} />}
        {model.data !== undefined && (
          <>
            <Now model={model.data} />
            <Servers model={model.data} />
            <Connect model={model.data} />
            <Advanced key={model.data.revision} model={model.data} />
            <Spending />
          </>
        )}
      </div>
    </Shell>
  );
}
