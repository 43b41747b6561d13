/** One field for the goal; everything else is behind "more", with defaults. */

import { useNavigate } from "@tanstack/react-router";
import { useId, useRef, useState, type FormEvent } from "react";

import { useAbout, useCreate } from "../../api/queries";
import type { NewRoadmap } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import { Problem } from "../../components/Problem";
import styles from "./GoalForm.module.css";
import { NumberField } from "./NumberField";

const LEVELS = ["beginner", "intermediate", "advanced"] as const;
const EXAMPLES = ["home.example1", "home.example2", "home.example3"] as const;
const SHORTEST_GOAL = 3;
const LONGEST_GOAL = 500;
const LONGEST_BACKGROUND = 2000;
const HOURS = 5;
const HOURS_OF_A_WEEK = 168;
const CONCEPTS = 30;

export function GoalForm({ isFirstVisit }: { readonly isFirstVisit: boolean }) {
  const { t, say, language } = usePreferences();
  const navigate = useNavigate();
  const about = useAbout();
  const create = useCreate();
  const field = useId();
  const [goal, setGoal] = useState("");
  const [tooShort, setTooShort] = useState(false);
  const [more, setMore] = useState(false);
  const [wish, setWish] = useState<Omit<NewRoadmap, "goal">>({
    level: "beginner",
    hours_per_week: HOURS,
    concepts: CONCEPTS,
    deadline: null,
    background: null,
  });
  // The same wish sent twice, by a double click or after a lost answer, is one roadmap.
  const key = useRef({ text: "", value: "" });
  // The lessons' language is the page's, until another one is chosen.
  const lessons = wish.language ?? language;
  const change = (part: Partial<typeof wish>) => setWish((before) => ({ ...before, ...part }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body: NewRoadmap = { language, ...wish, goal: goal.trim() };
    setTooShort(body.goal.length < SHORTEST_GOAL);
    if (body.goal.length < SHORTEST_GOAL || create.isPending) return;
    const text = JSON.stringify(body);
    if (key.current.text !== text) key.current = { text, value: uniqueKey() };
    create.mutate(
      { body, key: key.current.value },
      {
        onSuccess: ({ roadmap_id }) => {
          key.current = { text: "", value: "" };
          void navigate({ to: "/roadmaps/$roadmapId", params: { roadmapId: roadmap_id } });
        },
      },
    );
  };

  return (
    <form onSubmit={submit} noValidate>
      <h1 className={styles.question}>
        <label htmlFor={field}>{t("home.question")}</label>
      </h1>
      <div className={styles.goal}>
        <input
          id={field}
          value={goal}
          maxLength={LONGEST_GOAL}
          placeholder={t("home.placeholder")}
          autoComplete="off"
          aria-invalid={tooShort}
          aria-describedby={tooShort ? `${field}-fault` : undefined}
          onChange={(event) => setGoal(event.target.value)}
        />
        <Button kind="primary" type="submit" disabled={create.isPending}>
          {t("home.draft")}
        </Button>
      </div>
      {tooShort && (
        <p id={`${field}-fault`} className={styles.fault} role="alert">
          {t("home.tooShort")}
        </p>
      )}
      {create.error !== null && <Problem message={say(create.error)} />}
      <p className={styles.summary}>
        {t("home.summary", {
          level: t(`home.${wish.level ?? "beginner"}`),
          hours: wish.hours_per_week ?? HOURS,
          language: t(lessons === "zh" ? "home.chinese" : "home.english"),
          concepts: wish.concepts ?? CONCEPTS,
        })}{" "}
        <Button kind="quiet" aria-expanded={more} onClick={() => setMore(!more)}>
          {t("home.more")}
        </Button>
      </p>
      {more && (
        <div className={styles.more}>
          <label>
            {t("home.level")}
            <select
              value={wish.level}
              onChange={(event) => change({ level: LEVELS[event.target.selectedIndex]! })}
            >
              {LEVELS.map((level) => (
                <option key={level} value={level}>
                  {t(`home.${level}`)}
                </option>
              ))}
            </select>
          </label>
          <NumberField
            label={t("home.hours")}
            value={wish.hours_per_week ?? HOURS}
            min={1}
            max={HOURS_OF_A_WEEK}
            onChange={(hours_per_week) => change({ hours_per_week })}
          />
          <label>
            {t("home.language")}
            <select value={lessons} onChange={(event) => change({ language: event.target.value })}>
              <option value="en">{t("home.english")}</option>
              <option value="zh">{t("home.chinese")}</option>
            </select>
          </label>
          <NumberField
            label={t("home.concepts")}
            value={wish.concepts ?? CONCEPTS}
            min={3}
            max={about.data?.max_concepts ?? CONCEPTS}
            onChange={(concepts) => change({ concepts })}
          />
          <label>
            {t("home.deadline")}
            <input
              type="date"
              min={new Date().toISOString().slice(0, 10)}
              value={wish.deadline ?? ""}
              onChange={(event) => change({ deadline: event.target.value || null })}
            />
          </label>
          <label className={styles.wide}>
            {t("home.background")}
            <textarea
              rows={2}
              maxLength={LONGEST_BACKGROUND}
              value={wish.background ?? ""}
              onChange={(event) => change({ background: event.target.value || null })}
            />
          </label>
        </div>
      )}
      {isFirstVisit && (
        <p className={styles.examples}>
          {t("home.examples")}{" "}
          {EXAMPLES.map((example) => (
            <Button key={example} onClick={() => setGoal(t(example))}>
              {t(example)}
            </Button>
          ))}
        </p>
      )}
      {about.data !== undefined && <Author name={about.data.author} />}
    </form>
  );
}

/** Browsers have `crypto.randomUUID` on this machine and under HTTPS only. */
function uniqueKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function Author({ name }: { readonly name: string }) {
  const { t } = usePreferences();
  if (!name.startsWith("builtin"))
    return <p className={styles.author}>{t("home.model", { author: name })}</p>;
  return (
    <details className={styles.author}>
      <summary>
        {t("home.builtin")} <span>{t("home.connect")}</span>
      </summary>
      <p>{t("home.connectWhy")}</p>
      <pre>{"GREENWAY_MODEL=openai:gpt-5\nOPENAI_API_KEY=…"}</pre>
      <p>{t("home.connectMore")}</p>
    </details>
  );
}
