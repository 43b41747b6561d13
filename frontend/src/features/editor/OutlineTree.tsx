/** Stages, modules and concepts as rows that can be edited; the focus follows what an edit has changed. */

import { useEffect, useMemo, useRef } from "react";

import { conceptsOf } from "../../roadmap/outline/concepts";
import type { Roadmap } from "../../roadmap/roadmap";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { ConceptFacts } from "./ConceptFacts";
import { neighbour, outlineRows, type Operation, type Row, type Rows } from "./outline";
import { OutlineRow, type Edit } from "./OutlineRow";
import styles from "./OutlineTree.module.css";
import { RowDescription } from "./RowDescription";

interface OutlineTreeProps {
  readonly roadmap: Roadmap;
  readonly edit: (operations: Operation[]) => Promise<boolean>;
  readonly disabled: boolean;
}

export function OutlineTree({ roadmap, edit, disabled }: OutlineTreeProps) {
  const { t } = usePreferences();
  const tree = useRef<HTMLOListElement>(null);
  const shape = JSON.stringify(outlineRows(roadmap));
  const stages = useMemo(() => JSON.parse(shape) as Rows, [shape]);
  const concepts = conceptsOf(roadmap);
  const descriptions = descriptionsOf(roadmap);
  const focusLater = useFocusAfterEdit(tree, stages);
  const editWithFocus = async (operation: Operation, goal: Goal | null) => {
    focusLater(goal);
    const isAccepted = await edit([operation]);
    if (!isAccepted) focusLater(null);
    return isAccepted;
  };

  const newConcept = { name: t("review.newConcept") };
  const newModule = { name: t("review.newModule"), concepts: [newConcept] };
  const add = (kind: Row["kind"], operation: Operation) =>
    void editWithFocus(operation, { kind, known: new Set(flat(stages).map((row) => row.id)) });
  const editRow: Edit = (operation) => {
    if (operation.op === "move") return editWithFocus(operation, { id: operation.id });
    if (operation.op !== "remove") return editWithFocus(operation, null);
    const id = neighbour(stages, { kind: operation.target, id: operation.id });
    return editWithFocus(operation, id === null ? null : { id, without: operation.id });
  };
  const rowOf = (row: Row) => ({ row, stages, edit: editRow, disabled });
  const description = (row: Row) => (
    <RowDescription text={descriptions.get(row.id) ?? ""} language={roadmap.language} />
  );

  return (
    <fieldset className={styles.outline} disabled={disabled} aria-label={t("review.outline")}>
      <ol ref={tree} className={styles.tree}>
        {stages.map((stage) => (
          <li key={stage.id} className={styles.stage}>
            <OutlineRow {...rowOf(stage)}>{description(stage)}</OutlineRow>
            <ol>
              {stage.children.map((module) => (
                <li key={module.id}>
                  <OutlineRow {...rowOf(module)}>{description(module)}</OutlineRow>
                  <ol>
                    {module.children.map((concept) => (
                      <li key={concept.id}>
                        <OutlineRow {...rowOf(concept)}>
                          <ConceptFacts concepts={concepts} conceptId={concept.id} edit={editRow} />
                          {description(concept)}
                        </OutlineRow>
                      </li>
                    ))}
                  </ol>
                  <Button
                    kind="quiet"
                    onClick={() => add("concept", { op: "add_concept", module_id: module.id, ...newConcept })}
                  >
                    + {t("review.addConcept")}
                  </Button>
                </li>
              ))}
            </ol>
            <Button
              kind="quiet"
              onClick={() => add("module", { op: "add_module", stage_id: stage.id, ...newModule })}
            >
              + {t("review.addModule")}
            </Button>
          </li>
        ))}
        <li>
          <Button
            onClick={() =>
              add("stage", { op: "add_stage", name: t("review.newStage"), modules: [newModule] })
            }
          >
            + {t("review.addStage")}
          </Button>
        </li>
      </ol>
    </fieldset>
  );
}

/** What stages, modules and concepts are about, by the identifiers of their rows. */
function descriptionsOf({ stages }: Roadmap): ReadonlyMap<string, string> {
  return new Map(
    stages.flatMap((stage) => [
      [stage.stage_id, stage.description] as const,
      ...stage.modules.flatMap((module) => [
        [module.module_id, module.description] as const,
        ...module.concepts.map((concept) => [concept.concept_id, concept.description] as const),
      ]),
    ]),
  );
}

/** A row that is there, perhaps only once another has gone; or the new one of a kind. */
type Goal =
  | { readonly id: string; readonly without?: string }
  | { readonly kind: Row["kind"]; readonly known: ReadonlySet<string> };

/** Edits arrive by the event stream: the focus waits for them. */
function useFocusAfterEdit(
  tree: { readonly current: HTMLElement | null },
  stages: Rows,
): (goal: Goal | null) => void {
  const goal = useRef<Goal | null>(null);
  useEffect(() => {
    const wanted = goal.current;
    if (wanted === null) return;
    const rows = flat(stages);
    const isNew = "kind" in wanted;
    if (!isNew && rows.some((row) => row.id === wanted.without)) return;
    const row = rows.find((one) =>
      isNew ? one.kind === wanted.kind && !wanted.known.has(one.id) : one.id === wanted.id,
    );
    if (row === undefined) return;
    goal.current = null;
    const name = tree.current?.querySelector<HTMLInputElement>(`[data-row="${CSS.escape(row.id)}"] input`);
    name?.focus();
    if (isNew) name?.select();
  }, [tree, stages]);
  return (next) => {
    goal.current = next;
  };
}

function flat(rows: Rows): Rows {
  return rows.flatMap((row) => [row, ...flat(row.children)]);
}
