/** A tutorial. */

import { useMemo } from "react";

import type { TutorialView } from "../../../shared/api/schema";
import { usePreferences } from "../../../shared/i18n/preferences";
import { textDirection } from "../../../shared/languages/direction";
import { bounded } from "./bounds";
import styles from "./Lesson.module.css";
import { InlineMarkdown, Markdown } from "./Markdown";
import { useHashedPlace } from "./useHashedPlace";

export default function Lesson({
  tutorial,
  language,
}: {
  readonly tutorial: TutorialView;
  readonly language: string;
}) {
  const { t } = usePreferences();
  const { summary, example, sections, exercises, mistakes } = useMemo(
    () => boundedTexts(tutorial),
    [tutorial],
  );
  useHashedPlace();
  return (
    <article className={styles.lesson} lang={language} dir={textDirection(tutorial.summary, language)}>
      <Markdown text={summary} />
      {tutorial.sections.map((section, index) => (
        <section key={index} id={`section-${index + 1}`}>
          <h3 dir={textDirection(section.heading, language)}>
            <InlineMarkdown text={section.heading} />
          </h3>
          <Markdown text={sections[index]!} />
        </section>
      ))}
      {example !== undefined && (
        <section id="example">
          <h3 dir="auto">{t("concept.example")}</h3>
          <Markdown text={example} />
        </section>
      )}
      {exercises.length > 0 && (
        <section id="exercises">
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
        <section id="mistakes">
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

/** All texts of a lesson share the limits, in the order in which they are read. */
function boundedTexts({ summary, sections, example, exercises, mistakes }: TutorialView) {
  const examples = example == null ? [] : [example];
  const groups = [[summary], sections.map((one) => one.markdown), examples, exercises ?? [], mistakes ?? []];
  const texts = bounded(groups.flat());
  const [first, inSections, inExample, inExercises, inMistakes] = groups.map((group) =>
    texts.splice(0, group.length),
  );
  return {
    summary: first![0]!,
    sections: inSections!,
    example: inExample![0],
    exercises: inExercises!,
    mistakes: inMistakes!,
  };
}
