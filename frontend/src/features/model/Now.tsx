/** Which model writes now, where that was set, and whether the workers can use it. */

import { authorName } from "../../roadmap/authorName";
import type { ModelView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { answerSentence } from "./answer";
import styles from "./Model.module.css";
import { useModelChange, useModelTest } from "./useModel";

export function Now({ model }: { readonly model: ModelView }) {
  const { t, why, say } = usePreferences();
  const change = useModelChange(model);
  const test = useModelTest();
  const isBuiltin = model.model.startsWith("builtin");
  const stuck = model.workers.filter((worker) => worker.problem !== null);
  return (
    <section className={styles.part} aria-labelledby="model-now">
      <h2 id="model-now">{t("model.now")}</h2>
      <p className={styles.current}>
        <strong dir="auto">{authorName(model.model, t)}</strong>
        <small>
          {model.source === "environment"
            ? t("model.fromEnvironment", { setting: model.setting })
            : t(model.source === "settings" ? "model.fromSettings" : "model.fromDefault")}
        </small>
      </p>
      {model.fallback !== null && <p>{t("model.fallbackNow", { name: model.fallback })}</p>}
      {model.workers.length === 0 && <p className={styles.fault}>{t("model.noWorker")}</p>}
      {stuck.map((worker) => (
        <p key={worker.name} className={styles.fault}>
          {t("model.stuck", { name: worker.name })} <span lang="en">{worker.problem}</span>
        </p>
      ))}
      <div className={styles.row}>
        {!isBuiltin && (
          <Button disabled={test.isPending} onClick={() => test.mutate({ model: model.model })}>
            {t(test.isPending ? "model.testing" : "model.test")}
          </Button>
        )}
        {model.source === "settings" && (
          <Button disabled={change.isPending} onClick={() => change.mutate({ model: null })}>
            {t("model.useBuiltin")}
          </Button>
        )}
      </div>
      <p role="status" className={test.data?.ok === false ? styles.fault : styles.good}>
        {test.data !== undefined && answerSentence(test.data, t, why)}
        {test.error !== null && say(test.error)}
      </p>
    </section>
  );
}
