/** Imports a roadmap from a file: by a button, or dropped anywhere on the page. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { Fault } from "../../api/client";
import { usePreferences } from "../../app/context";
import { importRoadmap } from "../../app/saved";
import { Button } from "../../components/Button";
import { Problem } from "../../components/Problem";
import styles from "./Roadmaps.module.css";

export function useImport() {
  const { t, say } = usePreferences();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    setProblem(null);
    setBusy(true);
    try {
      const roadmapId = await importRoadmap(file);
      void queries.invalidateQueries({ queryKey: ["roadmaps"] });
      await navigate({ to: "/roadmaps/$roadmapId", params: { roadmapId } });
    } catch (error) {
      const reason =
        error instanceof Fault && error.code === "not_json"
          ? t("import.notJson")
          : // The API names the field of the document that is wrong, and why.
            error instanceof Fault && error.code !== "no_answer"
            ? error.message
            : say(error as Error);
      setProblem(t("import.refused", { file: file.name, reason }));
    } finally {
      setBusy(false);
    }
  };
  return { take, problem, isBusy };
}

type Import = ReturnType<typeof useImport>;

export function ImportButton({ take, isBusy }: Import) {
  const { t } = usePreferences();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={field}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t("import.button")}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          // The same file, mended, can be chosen again.
          event.target.value = "";
        }}
      />
      <Button disabled={isBusy} onClick={() => field.current?.click()}>
        {t("import.button")}
      </Button>
    </>
  );
}

/** What went wrong with a file; and, while one is dragged over the page, that it can be dropped. */
export function ImportArea({ take, problem }: Import) {
  const { t } = usePreferences();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      void take(event.dataTransfer.files[0]);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  });
  return (
    <>
      {isOver && <div className={styles.drop}>{t("import.drop")}</div>}
      {problem !== null && <Problem message={problem} />}
    </>
  );
}
