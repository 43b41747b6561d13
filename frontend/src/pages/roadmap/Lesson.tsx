/** A tutorial. */

import type { TutorialView } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { textDirection } from "../../languages/outlineDirection";
import styles from "./Lesson.module.css";
import { Markdown } from "./Markdown";

export default function Lesson({
  tutorial,
  language,
}: {
  readonly tutorial: TutorialView;
  readonly language: string;
}) {
  const { t } = usePreferences();
  const exercises = tutorial.exercises ?? [];
  const mistakes = tutorial.mistakes ?? [];
  return (
    <article className={styles.lesson} lang={language} dir={textDirection(tutorial.summary, language)}>
      <Markdown text={tutorial.summary} />
      {tutorial.sections.map((section, index) => (
        <section key={index}>
          <h3 dir={textDirection(section.heading, language)}>{section.heading}</h3>
          <Markdown text={section.markdown} />
        </section>
      ))}
      {tutorial.example != null && (
        <section>
          <h3 dir="auto">{t("concept.example")}</h3>
          <Markdown text={tutorial.example} />
        </section>
      )}
      {exercises.length > 0 && (
        <section>
          <h3 dir="auto">{t("concept.exercises")}</h3>
          <ol>
            {exercises.map((text, index) => (
              <li key={index}>
                <Markdown text={text} />
              </li>
            ))}
          </ol>
        </section>
      )}
      {mistakes.length > 0 && (
        <section>
          <h3 dir="auto">{t("concept.mistakes")}</h3>
          <ul>
            {mistakes.map((text, index) => (
              <li key={index}>
                <Markdown text={text} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}
