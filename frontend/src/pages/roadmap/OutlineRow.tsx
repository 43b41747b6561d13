/** One row of the outline: renamed in place, removed, moved by dragging, by buttons or by keys. */

import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import styles from "./OutlineTree.module.css";
import { inserted, moved, removal, type Operation, type Row, type Rows } from "./outline";
import { useDraft } from "./useDraft";

/** Tells whether the edit was accepted; a refusal has been shown. */
export type Edit = (operation: Operation) => Promise<boolean>;

interface OutlineRowProps {
  readonly row: Row;
  readonly stages: Rows;
  readonly edit: Edit;
  readonly disabled: boolean;
  readonly children?: ReactNode;
}

export function OutlineRow({ row, stages, edit, disabled, children }: OutlineRowProps) {
  const { t } = usePreferences();
  const { element, handle, isOver } = useDragging(row, stages, edit, disabled);
  const [up, down, gone] = [moved(stages, row, -1), moved(stages, row, 1), removal(stages, row)];
  const onKeyDown = (event: KeyboardEvent) => {
    const operation = { ArrowUp: up, ArrowDown: down, Delete: gone }[event.key];
    if (!event.altKey || operation === undefined) return;
    event.preventDefault();
    if (operation !== null) void edit(operation);
  };
  const action = (label: string, sign: string, operation: Operation | null) => (
    <Button
      kind="quiet"
      aria-label={label}
      disabled={operation === null}
      onClick={() => operation !== null && void edit(operation)}
    >
      {sign}
    </Button>
  );
  return (
    <div
      ref={element}
      className={styles.row}
      data-kind={row.kind}
      data-row={row.id}
      data-over={isOver}
      onKeyDown={onKeyDown}
    >
      <span ref={handle} className={styles.handle} aria-hidden>
        ⠿
      </span>
      <Name row={row} edit={edit} />
      {children}
      <span className={styles.actions}>
        {action(t("review.up", { name: row.name }), "↑", up)}
        {action(t("review.down", { name: row.name }), "↓", down)}
        {action(t("review.remove", { name: row.name }), "×", gone)}
      </span>
    </div>
  );
}

const LONGEST_NAME = 120;

function Name({ row, edit }: { readonly row: Row; readonly edit: Edit }) {
  const { t } = usePreferences();
  const draft = useDraft(row.name, (name) => edit({ op: "rename", target: row.kind, id: row.id, name }));
  return (
    <input
      className={styles.name}
      {...draft.field}
      maxLength={LONGEST_NAME}
      aria-label={t("review.rename", { name: row.name })}
    />
  );
}

/** A row is dropped on one of its kind, before which it then stands, or on a parent, at whose end it then stands. */
function useDragging(row: Row, stages: Rows, edit: Edit, disabled: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLSpanElement>(null);
  const latest = useRef(edit);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    latest.current = edit;
  }, [edit]);
  useEffect(() => {
    if (disabled) return;
    const operationOf = (data: Record<string, unknown>) =>
      inserted(stages, data as { id: string; kind: Row["kind"] }, row);
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
        if (operation !== null) void latest.current(operation);
      },
    });
    return () => {
      stopDragging();
      stopDropping();
    };
  }, [row, stages, disabled]);
  return { element, handle, isOver };
}
