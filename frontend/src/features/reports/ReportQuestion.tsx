/** "This question is wrong": with a reason, the question is taken out of the quiz. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";

import { api, unwrap } from "../../shared/api/client";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { lengthOf, LongText } from "../../shared/ui/LongText";
import { Problem } from "../../shared/ui/Problem";
import styles from "./Reports.module.css";

/** Characters of a reason (MAX_REASON). */
const LONGEST = 500;

interface ReportQuestionProps {
  readonly roadmapId: string;
  readonly conceptId: string;
  readonly quizId: string;
  readonly questionId: string;
}

export function ReportQuestion({ roadmapId, conceptId, quizId, questionId }: ReportQuestionProps) {
  const { t, say } = usePreferences();
  const queries = useQueryClient();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const length = lengthOf(reason);
  const reporting = useMutation({
    mutationFn: () =>
      api
        .PUT("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/quiz/questions/{question_id}/report", {
          params: { path: { roadmap_id: roadmapId, concept_id: conceptId, question_id: questionId } },
          body: { reason: reason.trim(), quiz_id: quizId },
        })
        .then(unwrap),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["concept", roadmapId, conceptId] }),
  });
  if (!isOpen) {
    return (
      <Button kind="quiet" className={styles.open} onClick={() => setOpen(true)}>
        {t("report.open")}
      </Button>
    );
  }
  const send = (event: FormEvent) => {
    event.preventDefault();
    reporting.mutate();
  };
  return (
    <form className={styles.report} onSubmit={send} dir="auto">
      <label htmlFor={id}>{t("report.why")}</label>
      <LongText
        id={id}
        rows={2}
        most={LONGEST}
        value={reason}
        autoFocus
        onChange={(event) => setReason(event.target.value)}
      />
      {reporting.error !== null && <Problem message={say(reporting.error)} />}
      <p className={styles.choices}>
        <Button type="submit" disabled={length === 0 || length > LONGEST || reporting.isPending}>
          {t("report.send")}
        </Button>
        <Button kind="quiet" onClick={() => setOpen(false)}>
          {t("app.cancel")}
        </Button>
      </p>
    </form>
  );
}
