/** Other models for parts, a fallback, and limits of money. */

import { useId, useState, type FormEvent } from "react";

import type { ModelView } from "../../shared/api/schema";
import { money } from "../../shared/i18n/money";
import { usePreferences } from "../../shared/i18n/preferences";
import type { PlainKey } from "../../shared/i18n/translate";
import { Button } from "../../shared/ui/Button";
import styles from "./Model.module.css";
import { useModelChange } from "./useModel";

const PARTS: readonly (readonly [string, PlainKey])[] = [
  ["outline", "model.forOutline"],
  ["tutorial", "model.forTutorial"],
  ["resources", "model.forResources"],
  ["quiz", "model.forQuiz"],
];

export function Advanced({ model }: { readonly model: ModelView }) {
  const { t } = usePreferences();
  const id = useId();
  const change = useModelChange(model);
  const { saved, limits } = model;
  const [parts, setParts] = useState<Readonly<Record<string, string>>>(saved.models_for ?? {});
  const [fallback, setFallback] = useState(saved.fallback ?? "");
  const [perTask, setPerTask] = useState(String(saved.max_cost_usd ?? ""));
  const [perMonth, setPerMonth] = useState(String(saved.max_cost_usd_per_month ?? ""));
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({
      models_for: Object.fromEntries(
        Object.entries(parts).flatMap(([part, name]) => (name.trim() === "" ? [] : [[part, name.trim()]])),
      ),
      fallback: fallback.trim() || null,
      max_cost_usd: dollars(perTask),
      max_cost_usd_per_month: dollars(perMonth),
    });
  };
  return (
    <details className={styles.part}>
      <summary>
        <h2>{t("model.advanced")}</h2>
      </summary>
      <form onSubmit={save} className={styles.form}>
        <p className={styles.quiet}>{t("model.partsHelp")}</p>
        {PARTS.map(([part, label]) => (
          <TextField
            key={part}
            id={`${id}-${part}`}
            label={t(label)}
            value={parts[part] ?? ""}
            placeholder={model.model}
            onChange={(name) => setParts((before) => ({ ...before, [part]: name }))}
          />
        ))}
        <TextField
          id={`${id}-fallback`}
          label={t("model.fallback")}
          help={t("model.fallbackHelp")}
          value={fallback}
          placeholder="builtin:outline"
          onChange={setFallback}
        />
        <TextField
          id={`${id}-task`}
          label={t("model.perTask")}
          value={perTask}
          isNumber
          placeholder={t("model.noLimit")}
          onChange={setPerTask}
        />
        <TextField
          id={`${id}-month`}
          label={t("model.perMonth")}
          help={t("model.spentThisMonth", { cost: money(limits.spent_this_month_usd) })}
          value={perMonth}
          isNumber
          placeholder={t("model.noLimit")}
          onChange={setPerMonth}
        />
        <div className={styles.row}>
          <Button kind="primary" type="submit" disabled={change.isPending}>
            {t("model.save")}
          </Button>
          <span role="status" className={styles.good}>
            {change.isSuccess && t("model.saved")}
          </span>
        </div>
      </form>
    </details>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly value: string;
  readonly placeholder: string;
  readonly isNumber?: boolean;
  onChange(value: string): void;
}

function TextField({ id, label, help, value, placeholder, isNumber = false, onChange }: TextFieldProps) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={isNumber ? "number" : "text"}
        {...(isNumber && { min: 0.01, step: 0.01, inputMode: "decimal" as const })}
        spellCheck={false}
        autoCapitalize="none"
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
      />
      {help !== undefined && <small>{help}</small>}
    </div>
  );
}

/** What an amount is; null for no limit. */
export function dollars(text: string): number | null {
  const amount = Number(text);
  return text.trim() === "" || !Number.isFinite(amount) || amount <= 0 ? null : amount;
}
