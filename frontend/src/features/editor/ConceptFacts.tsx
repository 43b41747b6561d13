/** A concept's hours, difficulty and prerequisites, in its row of the outline. */

import { useId, useState } from "react";

import { prerequisitesOf } from "../../roadmap/outline/prerequisites";
import type { Concept } from "../../roadmap/roadmap";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { Tooltip } from "../../shared/ui/Tooltip";
import { MAX_HOURS, parsedHours } from "./hours";
import type { Edit } from "./OutlineRow";
import styles from "./OutlineTree.module.css";
import { useDraft } from "./useDraft";

/** Above this many candidates, they can be searched. */
const SEARCH_FROM = 12;
/** Characters for which the field of hours has room at least. */
const SHORTEST_HOURS = 4;

interface ConceptFactsProps {
  /** All concepts, in learning order. */
  readonly concepts: readonly Concept[];
  readonly conceptId: string;
  readonly edit: Edit;
}

export function ConceptFacts({ concepts, conceptId, edit }: ConceptFactsProps) {
  const { t } = usePreferences();
  const [isPicking, setPicking] = useState(false);
  const concept = concepts.find((one) => one.concept_id === conceptId);
  if (concept === undefined) return null;
  const { needed, candidates } = prerequisitesOf(concepts, concept);
  const count = needed.length;
  const needs = count === 0 ? t("review.needsNothing") : t("review.needs", { count });
  return (
    <>
      <Hours concept={concept} edit={edit} />
      <span className={styles.difficulty}>{t(`concept.${concept.difficulty}`)}</span>
      <Tooltip
        words={
          count === 0
            ? t("review.needsNothing")
            : t("review.needsThese", { names: needed.map((one) => one.name).join(t("app.separator")) })
        }
      >
        <Button
          kind="quiet"
          className={styles.needs ?? ""}
          aria-expanded={isPicking}
          aria-label={t("ring.concept", { name: concept.name, state: needs })}
          onClick={() => setPicking(!isPicking)}
        >
          {needs} <span aria-hidden>{isPicking ? "▴" : "▾"}</span>
        </Button>
      </Tooltip>
      {isPicking && <Prerequisites concept={concept} candidates={candidates} edit={edit} />}
    </>
  );
}

function Hours({ concept, edit }: { readonly concept: Concept; readonly edit: Edit }) {
  const { t } = usePreferences();
  const faultId = useId();
  const draft = useDraft(
    String(concept.estimated_hours),
    (text) => edit({ op: "change", concept_id: concept.concept_id, estimated_hours: Number(text) }),
    (text) => parsedHours(text)?.toString() ?? null,
  );
  return (
    <>
      <label className={styles.hours}>
        <input
          inputMode="decimal"
          {...draft.field}
          size={Math.max(SHORTEST_HOURS, draft.field.value.length)}
          aria-label={t("review.hoursOf", { name: concept.name })}
          aria-describedby={draft.isUnfit ? faultId : undefined}
        />
        <span aria-hidden>{t("review.hoursUnit")}</span>
      </label>
      {draft.isUnfit && (
        <p id={faultId} className={styles.fault} role="alert">
          {t("review.hoursRange", { name: concept.name, max: MAX_HOURS })}
        </p>
      )}
    </>
  );
}

interface PrerequisitesProps {
  readonly concept: Concept;
  /** What can be needed, and what is. */
  readonly candidates: readonly Concept[];
  readonly edit: Edit;
}

function Prerequisites({ concept, candidates, edit }: PrerequisitesProps) {
  const { t } = usePreferences();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  // What was picked counts at once, so that the next pick does not take it back; what is known follows.
  const [picked, setPicked] = useState<readonly string[] | null>(null);
  if (picked !== null && isSame(picked, concept.prerequisites)) setPicked(null);
  const chosen = picked ?? concept.prerequisites;
  const toggle = async (id: string) => {
    const rest = chosen.filter((one) => one !== id);
    const prerequisites = rest.length < chosen.length ? rest : [...rest, id];
    setPicked(prerequisites);
    const isAccepted = await edit({ op: "change", concept_id: concept.concept_id, prerequisites });
    if (!isAccepted) setPicked(null);
  };
  return (
    <fieldset className={styles.prerequisites}>
      <legend>{t("review.prerequisitesOf", { name: concept.name })}</legend>
      {candidates.length === 0 && <p>{t("review.first")}</p>}
      {candidates.length > SEARCH_FROM && (
        <input
          type="search"
          value={text}
          placeholder={t("map.search")}
          aria-label={t("map.search")}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {candidates
        .filter((one) => one.name.toLowerCase().includes(wanted))
        .map((one) => (
          <label key={one.concept_id}>
            <input
              type="checkbox"
              checked={chosen.includes(one.concept_id)}
              onChange={() => void toggle(one.concept_id)}
            />{" "}
            {one.name}
          </label>
        ))}
    </fieldset>
  );
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
