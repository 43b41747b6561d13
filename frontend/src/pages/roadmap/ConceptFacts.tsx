/** A concept's hours and prerequisites, in its row of the outline. */

import { useState } from "react";

import type { ConceptView } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import type { Edit } from "./OutlineRow";
import styles from "./OutlineTree.module.css";
import { useDraft } from "./useDraft";

/** Above this many candidates, they can be searched. */
const SEARCH_FROM = 12;

interface ConceptFactsProps {
  /** All concepts, in learning order. */
  readonly concepts: readonly ConceptView[];
  readonly conceptId: string;
  readonly edit: Edit;
}

export function ConceptFacts({ concepts, conceptId, edit }: ConceptFactsProps) {
  const { t } = usePreferences();
  const [isPicking, setPicking] = useState(false);
  const index = concepts.findIndex((one) => one.concept_id === conceptId);
  const concept = concepts[index];
  if (concept === undefined) return null;
  const count = concept.prerequisites.length;
  const needs = count === 0 ? t("review.needsNothing") : t("review.needs", { count });
  return (
    <>
      <Hours concept={concept} edit={edit} />
      <Button
        kind="quiet"
        className={styles.needs ?? ""}
        aria-expanded={isPicking}
        aria-label={`${concept.name}: ${needs}`}
        title={t("review.prerequisitesOf", { name: concept.name })}
        onClick={() => setPicking(!isPicking)}
      >
        {needs} <span aria-hidden>{isPicking ? "▴" : "▾"}</span>
      </Button>
      {isPicking && <Prerequisites concept={concept} candidates={concepts.slice(0, index)} edit={edit} />}
    </>
  );
}

function Hours({ concept, edit }: { readonly concept: ConceptView; readonly edit: Edit }) {
  const { t } = usePreferences();
  const draft = useDraft(String(concept.estimated_hours), (hours) =>
    edit({ op: "change", concept_id: concept.concept_id, estimated_hours: Number(hours) }),
  );
  return (
    <label className={styles.hours}>
      <input
        type="number"
        min={0.1}
        step="any"
        max={1000}
        {...draft.field}
        aria-label={t("review.hoursOf", { name: concept.name })}
      />
      <span aria-hidden>{t("review.hoursUnit")}</span>
    </label>
  );
}

interface PrerequisitesProps {
  readonly concept: ConceptView;
  /** What is learned before it: only that can be needed. */
  readonly candidates: readonly ConceptView[];
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
