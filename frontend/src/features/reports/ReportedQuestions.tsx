/** The questions that were taken out of a quiz: each can come back, and a new quiz can be written without them. */

import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { Commands } from "../../roadmap/commands/useCommands";
import type { Concept } from "../../roadmap/roadmap";
import { api, unwrap } from "../../shared/api/client";
import type { QuizView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { textDirection } from "../../shared/languages/direction";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { wishFor } from "./wish";
import styles from "./Reports.module.css";

interface ReportedQuestionsProps {
  readonly concept: Concept;
  readonly quiz: QuizView;
  readonly language: string;
  readonly commands: Commands;
}

export function ReportedQuestions({ concept, quiz, language, commands }: ReportedQuestionsProps) {
  const { t, say } = usePreferences();
  const queries = useQueryClient();
  const reported = quiz.reported ?? [];
  const path = { roadmap_id: commands.roadmapId, concept_id: concept.concept_id };
  const withdrawing = useMutation({
    mutationFn: (questionId: string) =>
      api
        .DELETE("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/quiz/questions/{question_id}/report", {
          params: { path: { ...path, question_id: questionId }, query: { quiz_id: quiz.quiz_id } },
        })
        .then(unwrap),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["concept", path.roadmap_id, path.concept_id] }),
  });
  if (reported.length === 0) return null;
  return (
    <section className={styles.reported} aria-label={t("report.taken", { count: reported.length })}>
      <p role="status">
        <strong>{t("report.taken", { count: reported.length })}</strong>{" "}
        {quiz.questions.length === 0 && t("report.all")}
      </p>
      <ul>
        {reported.map((one) => (
          <li key={one.question_id}>
            <span dir={textDirection(one.prompt, language)} lang={language}>
              {one.prompt}
            </span>
            <small dir="auto">{one.reason}</small>
            <Button
              kind="quiet"
              disabled={withdrawing.isPending}
              onClick={() => withdrawing.mutate(one.question_id)}
            >
              {t("report.undo")}
            </Button>
          </li>
        ))}
      </ul>
      {withdrawing.error !== null && <Problem message={say(withdrawing.error)} />}
      {commands.can("regenerate", concept) && (
        <Button
          disabled={commands.isPending}
          onClick={() =>
            void commands.run("regenerate", {
              conceptId: concept.concept_id,
              artefacts: ["quiz"],
              instructions: wishFor(reported),
            })
          }
        >
          {t("report.newQuiz")}
        </Button>
      )}
    </section>
  );
}
