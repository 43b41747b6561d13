/** One question at a time; the server checks, so the answers are not in the page. */

import { useMutation } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";

import { api, unwrap } from "../../../shared/api/client";
import { useForgottenWhenBack } from "../../../shared/api/reach";
import type { QuestionView, QuizView } from "../../../shared/api/schema";
import { usePreferences } from "../../../shared/i18n/preferences";
import { textDirection } from "../../../shared/languages/direction";
import { Button } from "../../../shared/ui/Button";
import { Problem } from "../../../shared/ui/Problem";
import { ReportQuestion } from "../../reports/ReportQuestion";
import { Inline } from "../tutorial/Inline";
import styles from "./Quiz.module.css";

interface QuizProps {
  readonly roadmapId: string;
  readonly conceptId: string;
  readonly quiz: QuizView;
  readonly language: string;
}

export function Quiz({ roadmapId, conceptId, quiz, language }: QuizProps) {
  const { t } = usePreferences();
  const [index, setIndex] = useState(0);
  const [right, setRight] = useState(0);
  const total = quiz.questions.length;
  const question = quiz.questions[index];
  // The focus goes along with the questions; the first one does not take it from where the learner is.
  const [isMoving, setMoving] = useState(false);
  if (total === 0) return null;
  if (question === undefined) {
    return (
      <div className={styles.quiz}>
        <p ref={focused} tabIndex={-1} className={styles.score}>
          {t("quiz.score", { right, total })}
        </p>
        <Button
          onClick={() => {
            setIndex(0);
            setRight(0);
          }}
        >
          {t("quiz.again")}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.quiz} lang={language}>
      <p className={styles.number} dir="auto">
        {t("quiz.question", { number: index + 1, total })}
      </p>
      <Question
        key={question.question_id}
        question={question}
        language={language}
        takesFocus={isMoving}
        isLast={index + 1 === total}
        check={(chosen) =>
          api
            .POST("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/quiz/attempts", {
              params: { path: { roadmap_id: roadmapId, concept_id: conceptId } },
              body: { answers: { [question.question_id]: chosen }, quiz_id: quiz.quiz_id },
            })
            .then(unwrap)
            .then((marked) => marked.questions.find((one) => one.question_id === question.question_id)!)
        }
        onNext={(correct) => {
          setRight(right + Number(correct));
          setMoving(true);
          setIndex(index + 1);
        }}
      />
      <ReportQuestion
        key={`report-${question.question_id}`}
        roadmapId={roadmapId}
        conceptId={conceptId}
        quizId={quiz.quiz_id}
        questionId={question.question_id}
      />
    </div>
  );
}

function focused(element: HTMLElement | null): void {
  element?.focus();
}

interface Marked {
  readonly correct: boolean;
  readonly correct_options: readonly string[];
  readonly explanation: string;
}

interface QuestionProps {
  readonly question: QuestionView;
  readonly language: string;
  readonly isLast: boolean;
  readonly takesFocus: boolean;
  check(chosen: string[]): Promise<Marked>;
  onNext(correct: boolean): void;
}

function Question({ question, language, isLast, takesFocus, check, onNext }: QuestionProps) {
  const { t, say } = usePreferences();
  const name = useId();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const button = useRef<HTMLButtonElement>(null);
  const marking = useMutation({ mutationFn: () => check([...chosen]) });
  useForgottenWhenBack(marking);
  const isMultiple = question.type === "multiple";
  const marked = marking.data;
  useEffect(() => {
    // What is marked cannot be changed any more: the focus goes on to the next step.
    if (marked !== undefined) button.current?.focus();
  }, [marked]);
  const toggle = (id: string) =>
    setChosen(
      !isMultiple ? [id] : chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id],
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (marked === undefined) marking.mutate();
        else onNext(marked.correct);
      }}
    >
      <fieldset className={styles.question} disabled={marked !== undefined}>
        <legend
          dir={textDirection(question.prompt, language)}
          ref={takesFocus ? focused : null}
          tabIndex={-1}
        >
          <Inline text={question.prompt} />
        </legend>
        {isMultiple && <p className={styles.number}>{t("quiz.several")}</p>}
        {question.options.map((option) => (
          <label key={option.option_id} data-right={marked?.correct_options.includes(option.option_id)}>
            <input
              type={isMultiple ? "checkbox" : "radio"}
              name={name}
              checked={chosen.includes(option.option_id)}
              onChange={() => toggle(option.option_id)}
            />
            <span dir={textDirection(option.text, language)}>
              <Inline text={option.text} />
            </span>
            {marked !== undefined && (
              <span className={styles.mark}>
                {[
                  marked.correct_options.includes(option.option_id) && `✓ ${t("quiz.rightOption")}`,
                  chosen.includes(option.option_id) && t("quiz.yours"),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            )}
          </label>
        ))}
      </fieldset>
      <div role="status">
        {marked !== undefined && (
          <p className={styles.verdict} data-correct={marked.correct}>
            <strong>{t(marked.correct ? "quiz.right" : "quiz.wrong")}</strong>{" "}
            <bdi dir={textDirection(marked.explanation, language)}>
              <Inline text={marked.explanation} />
            </bdi>
          </p>
        )}
      </div>
      {marking.error !== null && <Problem message={say(marking.error)} />}
      <Button ref={button} kind="primary" type="submit" disabled={chosen.length === 0 || marking.isPending}>
        {t(marked === undefined ? "quiz.check" : isLast ? "quiz.finish" : "quiz.next")}
      </Button>
    </form>
  );
}
