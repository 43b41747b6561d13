/** A provider's model: paste a key, list the models, test one, use it. */

import { useQuery } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";

import type { ModelView, ProviderView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { answerSentence } from "./answer";
import styles from "./Model.module.css";
import { providersQuery } from "./queries";
import { useModelChange, useModelList, useModelTest, type Asked } from "./useModel";

/** Found on this machine instead, or named in the environment. */
const ELSEWHERE = ["ollama", "gguf"];

export function Connect({ model }: { readonly model: ModelView }) {
  const { t } = usePreferences();
  const id = useId();
  const providers = useQuery(providersQuery()).data?.providers.filter(
    (one) => !ELSEWHERE.includes(one.provider),
  );
  const [chosen, setChosen] = useState("openai");
  const provider = providers?.find((one) => one.provider === chosen);
  return (
    <section className={styles.part} aria-labelledby="model-connect">
      <h2 id="model-connect">{t("model.connect")}</h2>
      {model.keys_refused !== null && (
        <p className={styles.fault}>
          {t("model.keysRefused")} <span lang="en">{model.keys_refused}</span>
        </p>
      )}
      <div className={styles.field}>
        <label htmlFor={id}>{t("model.provider")}</label>
        <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {providers?.map((one) => (
            <option key={one.provider} value={one.provider}>
              {one.provider === "compatible" ? t("model.compatible") : one.label}
            </option>
          ))}
        </select>
      </div>
      {provider !== undefined && <ProviderForm key={provider.provider} provider={provider} model={model} />}
    </section>
  );
}

interface ProviderFormProps {
  readonly provider: ProviderView;
  readonly model: ModelView;
}

function ProviderForm({ provider, model }: ProviderFormProps) {
  const { t, why, say } = usePreferences();
  const id = useId();
  const change = useModelChange(model);
  const list = useModelList();
  const test = useModelTest();
  const saved = model.keys.find((key) => key.account === provider.account);
  const savedAddress = model.saved.addresses?.[provider.account] ?? "";
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [address, setAddress] = useState(savedAddress);
  const asked: Asked = {
    model: `${provider.provider}:${name.trim() || "any"}`,
    ...(address.trim() !== savedAddress && address.trim() !== "" && { address: address.trim() }),
    ...(key.trim() !== "" && { key: key.trim() }),
  };
  const isReachable =
    (!provider.needs_key || key.trim() !== "" || saved !== undefined || provider.from_environment) &&
    (!provider.needs_address || address.trim() !== "" || provider.from_environment);
  const use = (event: FormEvent) => {
    event.preventDefault();
    const { [provider.account]: _, ...others } = model.saved.addresses ?? {};
    change.mutate(
      {
        model: asked.model,
        addresses: address.trim() === "" ? others : { ...others, [provider.account]: address.trim() },
        ...(key.trim() !== "" && { keys: { [provider.account]: key.trim() } }),
      },
      { onSuccess: () => setKey("") },
    );
  };
  const answer = test.data ?? (list.data?.ok === false ? list.data : undefined);
  const fault = test.error ?? list.error;
  return (
    <form onSubmit={use} className={styles.form}>
      {provider.from_environment ? (
        <p className={styles.quiet}>{t("model.providerFromEnvironment")}</p>
      ) : (
        <>
          <div className={styles.field}>
            <label htmlFor={`${id}-key`}>{t(provider.needs_key ? "model.key" : "model.keyIfNeeded")}</label>
            <input
              id={`${id}-key`}
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={key}
              placeholder={saved?.last_four ? `…${saved.last_four}` : ""}
              onChange={(event) => setKey(event.target.value)}
            />
            <small>
              {saved !== undefined && (
                <>
                  {t("model.keySaved")}{" "}
                  <Button
                    kind="quiet"
                    disabled={change.isPending}
                    onClick={() => change.mutate({ keys: { [provider.account]: null } })}
                  >
                    {t("model.deleteKey")}
                  </Button>{" "}
                </>
              )}
              {provider.keys_at !== null && (
                <a href={provider.keys_at} target="_blank" rel="noreferrer">
                  {t("model.getKey")}
                </a>
              )}
            </small>
          </div>
          <div className={styles.field}>
            <label htmlFor={`${id}-address`}>
              {t(provider.needs_address ? "model.address" : "model.otherAddress")}
            </label>
            <input
              id={`${id}-address`}
              type="url"
              inputMode="url"
              spellCheck={false}
              value={address}
              placeholder="https://…/v1"
              onChange={(event) => setAddress(event.target.value)}
            />
          </div>
        </>
      )}
      <div className={styles.field}>
        <label htmlFor={`${id}-model`}>{t("model.model")}</label>
        <span className={styles.row}>
          <input
            id={`${id}-model`}
            list={`${id}-models`}
            spellCheck={false}
            autoCapitalize="none"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button disabled={!isReachable || list.isPending} onClick={() => list.mutate(asked)}>
            {t(list.isPending ? "model.listing" : "model.list")}
          </Button>
        </span>
        <datalist id={`${id}-models`}>
          {list.data?.models?.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label ?? one.id}
            </option>
          ))}
        </datalist>
        <small role="status">
          {list.data?.ok && t("model.listed", { count: list.data.models?.length ?? 0 })}
        </small>
      </div>
      <div className={styles.row}>
        <Button
          disabled={!isReachable || name.trim() === "" || test.isPending}
          onClick={() => test.mutate(asked)}
        >
          {t(test.isPending ? "model.testing" : "model.test")}
        </Button>
        <Button
          kind="primary"
          type="submit"
          disabled={!isReachable || name.trim() === "" || change.isPending || !model.editable}
        >
          {t("model.use")}
        </Button>
        {model.model === asked.model && <span className={styles.good}>{t("model.inUse")}</span>}
      </div>
      <p role="status" className={answer?.ok === false || fault !== null ? styles.fault : styles.good}>
        {answer !== undefined && answerSentence(answer, t, why)}
        {answer === undefined && fault !== null && say(fault)}
      </p>
    </form>
  );
}
