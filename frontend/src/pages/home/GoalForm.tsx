/** One field for the goal; everything else is behind "more", with defaults. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";

import { Fit } from "../../features/fit/Fit";
import { authorName } from "../../roadmap/authorName";
import { aboutQuery } from "../../roadmap/queries";
import type { NewRoadmap } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { offeredFor } from "../../shared/languages/choices";
import { baseOf, nameIn, ownName } from "../../shared/languages/tags";
import { useProposal } from "../../shared/languages/useProposal";
import { Button } from "../../shared/ui/Button";
import { lengthOf, LongText } from "../../shared/ui/LongText";
import { Problem } from "../../shared/ui/Problem";
import { useSettled } from "../../shared/ui/useSettled";
import { Courses } from "./Courses";
import styles from "./GoalForm.module.css";
import { LanguageField } from "./LanguageField";
import { NumberField } from "./NumberField";
import { today } from "./today";
import { useCreate } from "./useCreate";

const LEVELS = ["beginner", "intermediate", "advanced"] as const;
/** Milliseconds without typing after which it is asked whether a course covers the goal. */
const SETTLED_AFTER = 400;
const EXAMPLES = ["home.example1", "home.example2", "home.example3"] as const;
const LONGEST_GOAL = 4000;
const LONGEST_BACKGROUND = 2000;
/** What the built-in author writes in; a model can write in any language. */
const BUILTIN_LANGUAGES = ["en", "zh"];
const HOURS = 5;
const HOURS_OF_A_WEEK = 168;
const CONCEPTS = 30;

export function GoalForm({ isFirstVisit }: { readonly isFirstVisit: boolean }) {
  const { t, say, language } = usePreferences();
  const navigate = useNavigate();
  const about = useQuery(aboutQuery());
  const create = useCreate();
  const field = useId();
  const [goal, setGoal] = useState("");
  const [fault, setFault] = useState<"home.empty" | "home.tooLong" | null>(null);
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
  const proposal = useProposal(goal, lessons, wish.language === undefined);
  const isBuiltin = about.data?.author.startsWith("builtin") ?? false;
  const settled = useSettled(goal.trim(), SETTLED_AFTER);
  const change = (part: Partial<typeof wish>) => setWish((before) => ({ ...before, ...part }));

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    const body: NewRoadmap = { language, ...wish, goal: goal.trim() };
    const wrong = !isVisible(goal)
      ? "home.empty"
      : lengthOf(goal) > LONGEST_GOAL || lengthOf(wish.background ?? "") > LONGEST_BACKGROUND
        ? "home.tooLong"
        : null;
    setFault(wrong);
    if (wrong !== null || create.isPending) return;
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
        <div className={styles.text}>
          <LongText
            id={field}
            value={goal}
            most={LONGEST_GOAL}
            rows={1}
            placeholder={t("home.placeholder")}
            autoComplete="off"
            aria-invalid={fault !== null}
            aria-describedby={fault !== null ? `${field}-fault` : undefined}
            onChange={(event) => {
              setGoal(event.target.value);
              setFault(null);
            }}
            onKeyDown={(event) => sends(event, goal) && (event.preventDefault(), submit())}
          />
        </div>
        <Button kind="primary" type="submit" disabled={create.isPending}>
          {t("home.draft")}
        </Button>
      </div>
      {fault !== null && (
        <p id={`${field}-fault`} className={styles.fault} role="alert">
          {t(fault)}
        </p>
      )}
      {proposal.language !== null && (
        <p className={styles.proposal} role="status">
          {t("home.looksLike", { language: nameIn(proposal.language, language) ?? proposal.language })}{" "}
          <Button onClick={() => change({ language: inRegion(proposal.language!) })}>
            {t("home.writeIn", { language: ownName(proposal.language) })}
          </Button>
          <Button kind="quiet" onClick={proposal.refuse}>
            {t("app.dismiss")}
          </Button>
        </p>
      )}
      {isBuiltin && !BUILTIN_LANGUAGES.includes(baseOf(lessons)) && (
        <p className={styles.proposal} role="status">
          {t("home.builtinLanguages", { language: nameIn(lessons, language) ?? lessons })}
        </p>
      )}
      {create.error !== null && <Problem message={say(create.error)} />}
      <p className={styles.summary}>
        {t("home.summary", {
          level: t(`home.${wish.level ?? "beginner"}`),
          hours: wish.hours_per_week ?? HOURS,
          language: nameIn(lessons, language) ?? lessons,
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
          <LanguageField value={lessons} onChange={(chosen) => change({ language: chosen })} />
          <NumberField
            label={t("home.concepts")}
            value={wish.concepts ?? CONCEPTS}
            min={3}
            max={about.data?.max_concepts}
            onChange={(concepts) => change({ concepts })}
          />
          <label>
            {t("home.deadline")}
            <input
              type="date"
              min={today()}
              value={wish.deadline ?? ""}
              onChange={(event) => change({ deadline: event.target.value || null })}
            />
          </label>
          <div className={styles.wide}>
            <label htmlFor={`${field}-background`}>{t("home.background")}</label>
            <LongText
              id={`${field}-background`}
              rows={2}
              most={LONGEST_BACKGROUND}
              value={wish.background ?? ""}
              onChange={(event) => change({ background: event.target.value || null })}
            />
          </div>
        </div>
      )}
      {isBuiltin && <Fit goal={settled} language={lessons} className={styles.fit} />}
      {isFirstVisit &&
        (isBuiltin && baseOf(lessons) === "en" ? (
          <Courses onChoose={setGoal} />
        ) : (
          <Examples onChoose={setGoal} />
        ))}
      {about.data !== undefined && <Author name={about.data.author} />}
    </form>
  );
}

/** Whether Enter sends the form: in one line with a real keyboard, and never while letters are being composed. */
function sends(event: KeyboardEvent, goal: string): boolean {
  if (event.key !== "Enter" || event.nativeEvent.isComposing || event.shiftKey) return false;
  return event.ctrlKey || event.metaKey || (!goal.includes("\n") && !matchMedia("(pointer: coarse)").matches);
}

/** More than spaces, and characters that show nothing. The API decides; this only spares the way there. */
function isVisible(text: string): boolean {
  return /[^\p{Z}\p{C}\p{M}]/u.test(text);
}

/** The learner's own kind of a language: their browser says whether `pt` is that of Brazil. */
function inRegion(language: string): string {
  const mine = navigator.languages.find((one) => baseOf(one) === language);
  return (mine === undefined ? null : offeredFor(mine)) ?? language;
}

/** Browsers have `crypto.randomUUID` on this machine and under HTTPS only. */
function uniqueKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function Examples({ onChoose }: { onChoose(goal: string): void }) {
  const { t } = usePreferences();
  return (
    <p className={styles.examples}>
      {t("home.examples")}{" "}
      {EXAMPLES.map((example) => (
        <Button key={example} onClick={() => onChoose(t(example))}>
          {t(example)}
        </Button>
      ))}
    </p>
  );
}

function Author({ name }: { readonly name: string }) {
  const { t } = usePreferences();
  const isBuiltin = name.startsWith("builtin");
  return (
    <p className={styles.author}>
      {isBuiltin ? t("home.builtin") : t("home.model", { author: authorName(name, t) })}{" "}
      <Link to="/settings/model">{t(isBuiltin ? "home.connect" : "model.title")}</Link>
    </p>
  );
}
