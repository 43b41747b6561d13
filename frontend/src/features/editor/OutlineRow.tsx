/** One row of the outline: renamed in place, removed, moved by dragging, by buttons or by keys. */

import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { lengthOf } from "../../shared/ui/LongText";
import { dropped, moved, removal, type Landing, type Operation, type Row, type Rows } from "./outline";
import styles from "./OutlineTree.module.css";
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
  const { element, handle, landing } = useDragging(row, stages, edit, disabled);
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
      data-landing={landing ?? undefined}
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
/** Pixels around the middle of a row that belong to its upper half: pointers stand on whole pixels, rows do not. */
const MIDDLE = 1;

function Name({ row, edit }: { readonly row: Row; readonly edit: Edit }) {
  const { t, number } = usePreferences();
  const faultId = useId();
  const draft = useDraft(
    row.name,
    (name) => edit({ op: "rename", target: row.kind, id: row.id, name }),
    (text) => (lengthOf(text) <= LONGEST_NAME ? text : null),
  );
  const count = lengthOf(draft.field.value);
  const isTooLong = count > LONGEST_NAME;
  return (
    <>
      <input
        className={styles.name}
        {...draft.field}
        aria-invalid={isTooLong || draft.field["aria-invalid"]}
        aria-label={t("review.rename", { name: row.name })}
        aria-describedby={isTooLong ? faultId : undefined}
      />
      {isTooLong && (
        <p id={faultId} className={styles.fault} role="alert">
          {t("text.tooLong", {
            count: number(count),
            most: number(LONGEST_NAME),
            over: number(count - LONGEST_NAME),
          })}
        </p>
      )}
    </>
  );
}

/** A row is dropped on one of its kind, before or after which it then stands, or on a parent, in which it then is the
 * first. The line is drawn where it lands. */
function useDragging(row: Row, stages: Rows, edit: Edit, disabled: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLSpanElement>(null);
  const latest = useRef(edit);
  const [landing, setLanding] = useState<Landing | null>(null);
  useEffect(() => {
    latest.current = edit;
  }, [edit]);
  useEffect(() => {
    if (disabled) return;
    const dropOf = (data: Record<string, unknown>, pointer: { readonly clientY: number }) => {
      const { top, height } = element.current!.getBoundingClientRect();
      const half = pointer.clientY <= top + height / 2 + MIDDLE ? "upper" : "lower";
      return dropped(stages, data as { id: string; kind: Row["kind"] }, row, half);
    };
    const stopDragging = draggable({
      element: element.current!,
      dragHandle: handle.current!,
      getInitialData: () => ({ id: row.id, kind: row.kind }),
    });
    const stopDropping = dropTargetForElements({
      element: element.current!,
      onDrag: ({ source, location }) =>
        setLanding(dropOf(source.data, location.current.input)?.landing ?? null),
      onDragLeave: () => setLanding(null),
      onDrop: ({ source, location }) => {
        setLanding(null);
        const drop = dropOf(source.data, location.current.input);
        if (drop !== null) void latest.current(drop.operation);
      },
    });
    return () => {
      stopDragging();
      stopDropping();
    };
  }, [row, stages, disabled]);
  return { element, handle, landing };
}
