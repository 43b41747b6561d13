/** The curated courses, as what they are: a click asks for one. */

import { useQuery } from "@tanstack/react-query";

import { coursesQuery } from "../../roadmap/queries";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import styles from "./Courses.module.css";

export function Courses({ onChoose }: { onChoose(goal: string): void }) {
  const { t, number } = usePreferences();
  const courses = useQuery(coursesQuery()).data?.courses;
  if (courses === undefined) return null;
  return (
    <section aria-labelledby="courses" className={styles.courses}>
      <h2 id="courses">{t("courses.title")}</h2>
      <p>{t("courses.help")}</p>
      <ul>
        {courses.map((course) => (
          <li key={course.title}>
            <Button className={styles.card} onClick={() => onChoose(course.goal)}>
              <strong lang="en">{course.title}</strong>
              <small>
                {t("courses.size", { concepts: course.concepts, hours: number(Math.round(course.hours)) })}
              </small>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
