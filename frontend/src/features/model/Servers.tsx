/** Model servers on this machine: one click uses one of their models. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, unwrap } from "../../shared/api/client";
import type { DiscoveredServer, ModelView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { Meter } from "../../shared/ui/Meter";
import { useNotice } from "../../shared/ui/notice";
import { Waiting } from "../../shared/ui/Waiting";
import { answerSentence } from "./answer";
import styles from "./Model.module.css";
import { discoveredQuery, pullQuery } from "./queries";
import { useModelChange, useModelTest } from "./useModel";

/** A model that writes lessons well for its size, about 5 GB; Ollama fetches it. */
const RECOMMENDED = "qwen3:8b";
const GIGABYTE = 1e9;

export function Servers({ model }: { readonly model: ModelView }) {
  const { t, say } = usePreferences();
  const found = useQuery(discoveredQuery());
  return (
    <section className={styles.part} aria-labelledby="model-servers">
      <div className={styles.head}>
        <h2 id="model-servers">{t("model.servers")}</h2>
        <Button disabled={found.isFetching} onClick={() => void found.refetch()}>
          {t("model.lookAgain")}
        </Button>
      </div>
      {found.isPending && <Waiting />}
      {found.error !== null && <p className={styles.fault}>{say(found.error)}</p>}
      {found.data?.servers.length === 0 && <p className={styles.quiet}>{t("model.noServers")}</p>}
      {found.data?.servers.map((server) => (
        <Server key={server.address} server={server} model={model} onPulled={() => void found.refetch()} />
      ))}
    </section>
  );
}

interface ServerProps {
  readonly server: DiscoveredServer;
  readonly model: ModelView;
  onPulled(): void;
}

function Server({ server, model, onPulled }: ServerProps) {
  const { t, number, why, say } = usePreferences();
  const change = useModelChange(model);
  const test = useModelTest();
  const use = (name: string) =>
    change.mutate(
      { model: name, addresses: { ...model.saved.addresses, [server.provider]: server.address } },
      { onSuccess: () => test.mutate({ model: name }) },
    );
  return (
    <div className={styles.server}>
      <h3>
        {server.label} <small>{server.address}</small>
      </h3>
      <ul className={styles.list}>
        {server.models.map((one) => (
          <li key={one.name}>
            <span>
              <strong dir="auto">{one.name.slice(one.name.indexOf(":") + 1)}</strong>
              <small>
                {one.size_bytes !== null &&
                  t("model.size", { size: number(Math.round(one.size_bytes / GIGABYTE / 0.1) * 0.1) })}
                {one.fits === false && ` · ${t("model.tooLarge")}`}
              </small>
            </span>
            {model.model === one.name ? (
              <span className={styles.good}>{t("model.inUse")}</span>
            ) : (
              <Button
                disabled={change.isPending || !model.editable}
                aria-label={t("model.useOf", { name: one.name })}
                onClick={() => use(one.name)}
              >
                {t("model.use")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {server.provider === "ollama" && !server.models.some((one) => one.name === `ollama:${RECOMMENDED}`) && (
        <Pull address={server.address} onPulled={onPulled} />
      )}
      <p role="status" className={test.data?.ok === false ? styles.fault : styles.good}>
        {test.isPending && t("model.testing")}
        {test.data !== undefined && answerSentence(test.data, t, why)}
        {test.error !== null && say(test.error)}
      </p>
    </div>
  );
}

/** Has Ollama fetch the recommended model. */
function Pull({ address, onPulled }: { readonly address: string; onPulled(): void }) {
  const { t } = usePreferences();
  const { fault } = useNotice();
  const [pullId, setPullId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () =>
      api.POST("/api/v1/model/pulls", { body: { model: `ollama:${RECOMMENDED}`, address } }).then(unwrap),
    onSuccess: ({ id }) => setPullId(id),
    onError: fault,
  });
  if (pullId === null)
    return (
      <Button disabled={start.isPending} onClick={() => start.mutate()}>
        {t("model.pull", { name: RECOMMENDED })}
      </Button>
    );
  return <Pulling pullId={pullId} onStopped={() => setPullId(null)} onPulled={onPulled} />;
}

interface PullingProps {
  readonly pullId: string;
  onStopped(): void;
  onPulled(): void;
}

function Pulling({ pullId, onStopped, onPulled }: PullingProps) {
  const { t, why, number } = usePreferences();
  const pull = useQuery(pullQuery(pullId)).data;
  const stop = useMutation({
    mutationFn: () => api.DELETE("/api/v1/model/pulls/{pull_id}", { params: { path: { pull_id: pullId } } }),
    onSettled: onStopped,
  });
  if (pull?.done && pull.code === null)
    return (
      <p className={styles.row} role="status">
        {t("model.pulled", { name: RECOMMENDED })} <Button onClick={onPulled}>{t("model.lookAgain")}</Button>
      </p>
    );
  if (pull?.done)
    return (
      <p className={styles.fault} role="alert">
        {answerSentence({ ok: false, code: pull.code, message: pull.message }, t, why)}{" "}
        <Button onClick={onStopped}>{t("app.again")}</Button>
      </p>
    );
  const { completed = 0, total = 0 } = pull ?? {};
  return (
    <div className={styles.pull}>
      <Meter value={completed} max={total} />
      <p className={styles.row}>
        <span role="status">
          {t("model.pulling", { percent: number(total > 0 ? Math.floor((100 * completed) / total) : 0) })}
        </span>
        <Button onClick={() => stop.mutate()}>{t("model.stop")}</Button>
      </p>
    </div>
  );
}
