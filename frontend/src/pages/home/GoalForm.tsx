/** One field for the goal; everything else is behind "more", with defaults. */

import { useNavigate } from "@tanstack/react-router";
import { useId, useRef, useState, type FormEvent } from "react";

import { useAbout, useCreate } from "../../api/queries";
import type { NewRoadmap } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import { Problem } from "../../components/Problem";
import styles from "./GoalForm.module.css";

const LEVELS = ["beginner", "intermediate", "advanced"] as const;
const EXAMPLES = ["home.example1", "home.example2", "home.example3"] as const;
const SHORTEST_GOAL = 3;
const LONGEST_GOAL = 500;

export function GoalForm({ isFirstVisit }: { readonly isFirstVisit: boolean }) {
  const { t, language } = usePreferences();
  const navigate = useNavigate();
  const about = useAbout();
  const create = useCreate();
  const field = useId();
  const [goal, setGoal] = useState("");
  const [tooShort, setTooShort] = useState(false);
  const [more, setMore] = useState(false);
  const [wish, setWish] = useState<Omit<NewRoadmap, "goal">>({
    level: "beginner",
    hours_per_week: 5,
    language,
    concepts: 30,
    deadline: null,
    background: null,
  });
  // The same wish sent twice, by a double click or after a lost answer, is one roadmap.
  const key = useRef({ text: "", value: "" });
  const change = (part: Partial<typeof wish>) => setWish((before) => ({ ...before, ...part }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body: NewRoadmap = { ...wish, goal: goal.trim() };
    setTooShort(body.goal.length < SHORTEST_GOAL);
    if (body.goal.length < SHORTEST_GOAL || create.isPending) return;
    const text = JSON.stringify(body);
    if (key.current.text !== text) key.current = { text, value: crypto.randomUUID() };
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
      {create.error !== null && <Problem message={create.error.message} />}
      <p className={styles.summary}>
        {t("home.summary", {
          level: t(`home.${wish.level ?? "beginner"}`),
          hours: wish.hours_per_week ?? 5,
          language: t(wish.language === "zh" ? "home.chinese" : "home.english"),
          concepts: wish.concepts ?? 30,
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
          <label>
            {t("home.hours")}
            <input
              type="number"
              min={1}
              max={168}
              value={wish.hours_per_week}
              onChange={(event) => change({ hours_per_week: event.target.valueAsNumber || 1 })}
            />
          </label>
          <label>
            {t("home.language")}
            <select value={wish.language} onChange={(event) => change({ language: event.target.value })}>
              <option value="en">{t("home.english")}</option>
              <option value="zh">{t("home.chinese")}</option>
            </select>
          </label>
          <label>
            {t("home.concepts")}
            <input
              type="number"
              min={3}
              max={about.data?.max_concepts}
              value={wish.concepts}
              onChange={(event) => change({ concepts: event.target.valueAsNumber || 3 })}
            />
          </label>
          <label>
            {t("home.deadline")}
            <input
              type="date"
              value={wish.deadline ?? ""}
              onChange={(event) => change({ deadline: event.target.value || null })}
            />
          </label>
          <label className={styles.wide}>
            {t("home.background")}
            <textarea
              rows={2}
              maxLength={2000}
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
      {about.data !== undefined && (
        <p className={styles.author}>
          {about.data.author.startsWith("builtin")
            ? `${t("home.builtin")} ${t("home.connect")}`
            : t("home.model", { author: about.data.author })}
        </p>
      )}
    </form>
  );
}
