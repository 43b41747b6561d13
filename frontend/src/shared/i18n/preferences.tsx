/** The learner's language and theme, for all of the app. */

import { createContext, use, useCallback, useEffect, useMemo, useState, type PropsWithChildren } from "react";

import { baseOf, directionOf } from "../languages/tags";
import { failureSentence, type Failure } from "./failure";
import { sentence } from "./sentence";
import { preferred, translator, type Language, type Translate } from "./translate";

export type Theme = "light" | "dark";

interface Preferences {
  readonly t: Translate;
  /** An error as a sentence. */
  say(error: Error): string;
  /** Why an author did not deliver, as a sentence. */
  why(failure: Failure): string;
  /** A number as the page's language writes it. */
  number(value: number): string;
  /** A day, in the learner's time zone. */
  day(instant: string): string;
  readonly language: Language;
  readonly theme: Theme;
  switchLanguage(): void;
  switchTheme(): void;
}

const Context = createContext<Preferences | null>(null);

export function PreferencesProvider({ children }: PropsWithChildren) {
  const [language, setLanguage] = useStored<Language>("language", ["en", "zh"], () =>
    preferred(navigator.languages),
  );
  const [theme, setTheme] = useStored<Theme>("theme", ["light", "dark"], systemTheme);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    document.documentElement.dir = directionOf(language);
    document.documentElement.dataset.theme = theme;
  }, [language, theme]);

  const value = useMemo(
    () => ({
      t: translator(language),
      say: (error: Error) => sentence(error, translator(language), language),
      why: (failure: Failure) => failureSentence(failure, language),
      number: (value: number) => value.toLocaleString(language),
      day: (instant: string) =>
        new Date(instant).toLocaleDateString(regional(language), { dateStyle: "medium" }),
      language,
      theme,
      switchLanguage: () => setLanguage(language === "en" ? "zh" : "en"),
      switchTheme: () => setTheme(theme === "dark" ? "light" : "dark"),
    }),
    [language, theme, setLanguage, setTheme],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Preferences {
  const value = use(Context);
  if (value === null) throw new Error("There is no PreferencesProvider above.");
  return value;
}

/** How the learner writes dates, where their browser speaks the page's language. */
function regional(language: Language): string {
  return navigator.languages.find((one) => baseOf(one) === language) ?? language;
}

function systemTheme(): Theme {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** A choice that is kept in the browser, where that is allowed; without one, what `initial` says. */
function useStored<T extends string>(name: string, allowed: readonly T[], initial: () => T) {
  const key = `greenway.${name}`;
  const [value, setValue] = useState<T>(() => allowed.find((one) => one === kept(key)) ?? initial());
  const store = useCallback(
    (next: T) => {
      keep(key, next);
      setValue(next);
    },
    [key],
  );
  return [value, store] as const;
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is left.
  }
}
