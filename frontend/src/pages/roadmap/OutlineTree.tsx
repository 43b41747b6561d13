/** Stages, modules and concepts as rows: renamed in place, added, removed, moved by dragging or by keys. */

import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import type { OutlineEdit, RoadmapView } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import { conceptsOf } from "../../live/reducer";
import styles from "./OutlineTree.module.css";
import { inserted, moved, outlineRows, removal, type Row } from "./outline";

type Operation = OutlineEdit["operations"][number];
type Edit = (operations: Operation[]) => void;

interface OutlineTreeProps {
  readonly roadmap: RoadmapView;
  readonly edit: Edit;
}

export function OutlineTree({ roadmap, edit }: OutlineTreeProps) {
  const { t } = usePreferences();
  const newConcept = { name: t("review.newConcept") };
  const newModule = { name: t("review.newModule"), concepts: [newConcept] };
  return (
    <ol className={styles.tree}>
      {outlineRows(roadmap).map((stage) => (
        <li key={stage.id} className={styles.stage}>
          <RowEditor row={stage} roadmap={roadmap} edit={edit} />
          <ol>
            {stage.children.map((module) => (
              <li key={module.id}>
                <RowEditor row={module} roadmap={roadmap} edit={edit} />
                <ol>
                  {module.children.map((concept) => (
                    <li key={concept.id}>
                      <RowEditor row={concept} roadmap={roadmap} edit={edit}>
                        <ConceptFacts roadmap={roadmap} conceptId={concept.id} edit={edit} />
                      </RowEditor>
                    </li>
                  ))}
                </ol>
                <Button
                  kind="quiet"
                  onClick={() => edit([{ op: "add_concept", module_id: module.id, ...newConcept }])}
                >
                  + {t("review.addConcept")}
                </Button>
              </li>
            ))}
          </ol>
          <Button kind="quiet" onClick={() => edit([{ op: "add_module", stage_id: stage.id, ...newModule }])}>
            + {t("review.addModule")}
          </Button>
        </li>
      ))}
      <li>
        <Button onClick={() => edit([{ op: "add_stage", name: t("review.newStage"), modules: [newModule] }])}>
          + {t("review.addStage")}
        </Button>
      </li>
    </ol>
  );
}

interface RowEditorProps {
  readonly row: Row;
  readonly roadmap: RoadmapView;
  readonly edit: Edit;
  readonly children?: ReactNode;
}

function RowEditor({ row, roadmap, edit, children }: RowEditorProps) {
  const { t } = usePreferences();
  const { element, handle, isOver } = useDragging(row, roadmap, edit);
  const move = (step: -1 | 1) => {
    const operation = moved(roadmap, row, step);
    if (operation !== null) edit([operation]);
  };
  const remove = () => {
    const operation = removal(roadmap, row);
    if (operation !== null) edit([operation]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey) return;
    const act = { ArrowUp: () => move(-1), ArrowDown: () => move(1), Delete: remove }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <div ref={element} className={styles.row} data-kind={row.kind} data-over={isOver} onKeyDown={onKeyDown}>
      <span ref={handle} className={styles.handle} aria-hidden>
        ⠿
      </span>
      <Name row={row} edit={edit} />
      {children}
      <span className={styles.actions}>
        <Button
          kind="quiet"
          aria-label={t("review.up", { name: row.name })}
          disabled={moved(roadmap, row, -1) === null}
          onClick={() => move(-1)}
        >
          ↑
        </Button>
        <Button
          kind="quiet"
          aria-label={t("review.down", { name: row.name })}
          disabled={moved(roadmap, row, 1) === null}
          onClick={() => move(1)}
        >
          ↓
        </Button>
        <Button
          kind="quiet"
          aria-label={t("review.remove", { name: row.name })}
          disabled={removal(roadmap, row) === null}
          onClick={remove}
        >
          ×
        </Button>
      </span>
    </div>
  );
}

const LONGEST_NAME = 120;

function Name({ row, edit }: { readonly row: Row; readonly edit: Edit }) {
  const { t } = usePreferences();
  const [draft, setDraft] = useState<string | null>(null);
  const isLeaving = useRef(false);
  const save = () => {
    const name = draft?.trim() ?? "";
    if (!isLeaving.current && name !== "" && name !== row.name) {
      edit([{ op: "rename", target: row.kind, id: row.id, name }]);
    }
    isLeaving.current = false;
    setDraft(null);
  };
  return (
    <input
      className={styles.name}
      value={draft ?? row.name}
      maxLength={LONGEST_NAME}
      aria-label={t("review.rename", { name: row.name })}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          isLeaving.current = true;
          event.currentTarget.blur();
        }
      }}
    />
  );
}

interface ConceptFactsProps {
  readonly roadmap: RoadmapView;
  readonly conceptId: string;
  readonly edit: Edit;
}

function ConceptFacts({ roadmap, conceptId, edit }: ConceptFactsProps) {
  const { t } = usePreferences();
  const [isPicking, setPicking] = useState(false);
  const [hours, setHours] = useState<number | null>(null);
  const concepts = conceptsOf(roadmap);
  const concept = concepts.find((one) => one.concept_id === conceptId);
  if (concept === undefined) return null;
  const chosen = new Set(concept.prerequisites);
  const before = concepts.slice(0, concepts.indexOf(concept));
  const toggle = (id: string) => {
    const next = chosen.has(id)
      ? concept.prerequisites.filter((one) => one !== id)
      : [...concept.prerequisites, id];
    edit([{ op: "change", concept_id: conceptId, prerequisites: next }]);
  };
  return (
    <>
      <input
        type="number"
        className={styles.hours}
        min={0.1}
        step={0.5}
        max={1000}
        value={hours ?? concept.estimated_hours}
        aria-label={t("review.hoursOf", { name: concept.name })}
        onChange={(event) => setHours(event.target.valueAsNumber)}
        onBlur={() => {
          if (hours !== null && hours > 0 && hours !== concept.estimated_hours) {
            edit([{ op: "change", concept_id: conceptId, estimated_hours: hours }]);
          }
          setHours(null);
        }}
      />
      <Button
        kind="quiet"
        aria-expanded={isPicking}
        aria-label={`${t("review.prerequisites")} ${chosen.size > 0 ? chosen.size : ""}: ${concept.name}`}
        onClick={() => setPicking(!isPicking)}
      >
        {t("review.prerequisites")} {chosen.size > 0 && chosen.size}
      </Button>
      {isPicking && (
        <fieldset className={styles.prerequisites}>
          <legend>{t("review.prerequisitesOf", { name: concept.name })}</legend>
          {before.map((one) => (
            <label key={one.concept_id}>
              <input
                type="checkbox"
                checked={chosen.has(one.concept_id)}
                onChange={() => toggle(one.concept_id)}
              />{" "}
              {one.name}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

/** A row is dropped on one of its kind, before which it then stands, or on a parent, at whose end it then stands. */
function useDragging(row: Row, roadmap: RoadmapView, edit: Edit) {
  const element = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLSpanElement>(null);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const operationOf = (data: Record<string, unknown>) =>
      inserted(roadmap, data as { id: string; kind: Row["kind"] }, row);
    const stopDragging = draggable({
      element: element.current!,
      dragHandle: handle.current!,
      getInitialData: () => ({ id: row.id, kind: row.kind }),
    });
    const stopDropping = dropTargetForElements({
      element: element.current!,
      canDrop: ({ source }) => operationOf(source.data) !== null,
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false);
        const operation = operationOf(source.data);
        if (operation !== null) edit([operation]);
      },
    });
    return () => {
      stopDragging();
      stopDropping();
    };
  });
  return { element, handle, isOver };
}
