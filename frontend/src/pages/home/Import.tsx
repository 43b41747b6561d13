/** Imports roadmaps from files: by a button, or dropped anywhere on the page. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { LISTS } from "../../roadmap/queries";
import { Fault } from "../../shared/api/client";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { useNotice } from "../../shared/ui/notice";
import { Problem } from "../../shared/ui/Problem";
import styles from "./Roadmaps.module.css";
import { importRoadmap, NotJson } from "./saved";

export function useImport() {
  const { t, say } = usePreferences();
  const { show } = useNotice();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const reasonOf = (error: unknown) => {
    if (error instanceof NotJson)
      return error.place === null ? t("import.notJson") : t("import.notJsonAt", { ...error.place });
    if (error instanceof Fault && error.code === "unreadable") return t("import.unreadable");
    // The API names the field of the document that is wrong, and why.
    return error instanceof Fault && error.code !== "no_answer" ? error.message : say(error as Error);
  };
  const take = async (files: readonly File[]) => {
    if (files.length === 0) return;
    setProblems([]);
    setBusy(true);
    const imported: string[] = [];
    for (const file of files)
      try {
        imported.push(await importRoadmap(file));
      } catch (error) {
        const refused = t("import.refused", { file: file.name, reason: reasonOf(error) });
        setProblems((before) => [...before, refused]);
      }
    setBusy(false);
    if (imported.length > 0) void queries.invalidateQueries(LISTS);
    const [roadmapId] = imported;
    if (files.length > 1)
      show({ text: t("import.several", { count: imported.length, total: files.length }) });
    else if (roadmapId !== undefined) await navigate({ to: "/roadmaps/$roadmapId", params: { roadmapId } });
  };
  return { take, problems, isBusy };
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
        multiple
        hidden
        aria-label={t("import.button")}
        onChange={(event) => {
          void take([...(event.target.files ?? [])]);
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

/** What went wrong with files; and, while one is dragged over the page, that it can be dropped. */
export function ImportArea({ take, problems }: Import) {
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
      void take([...event.dataTransfer.files]);
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
      {problems.map((problem, place) => (
        <Problem key={place} message={problem} />
      ))}
    </>
  );
}
