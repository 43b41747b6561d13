/** An artefact of a concept, or where it is if it is not there. */

import { useState } from "react";

import { artefactOf } from "../../roadmap/artefacts";
import { COMMANDS } from "../../roadmap/commands/registry";
import type { Commands } from "../../roadmap/commands/useCommands";
import type { Concept, Roadmap } from "../../roadmap/roadmap";
import type { ArtefactKind, ConceptDetail } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Boundary } from "../../shared/ui/Boundary";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Waiting } from "../../shared/ui/Waiting";
import { CommandButton } from "../run/CommandButton";
import styles from "./Artefact.module.css";
import { ARTEFACTS } from "./registry";

interface ArtefactProps {
  readonly roadmap: Roadmap;
  readonly concept: Concept;
  readonly kind: ArtefactKind;
  readonly detail: ConceptDetail | undefined;
  readonly commands: Commands;
}

export function Artefact({ roadmap, concept, kind, detail, commands }: ArtefactProps) {
  const { t, why } = usePreferences();
  const { status, failure } = artefactOf(concept, kind);
  const content = detail === undefined ? null : ARTEFACTS[kind].content({ roadmap, detail });
  const isFresh = content === null && status === "completed";
  return (
    <>
      {failure !== null && (
        <Problem message={why(failure)}>
          <span>{t("failed.stays")}</span>
          <CommandButton commands={commands} name="retry" label="concept.writeMissing" />
        </Problem>
      )}
      {detail === undefined || isFresh ? (
        <Waiting />
      ) : content === null ? (
        failure === null && <NotYet concept={concept} kind={kind} commands={commands} />
      ) : (
        <Boundary key={content.key} text={content.text}>
          {content.view}
        </Boundary>
      )}
    </>
  );
}

function NotYet({ concept, kind, commands }: Pick<ArtefactProps, "concept" | "kind" | "commands">) {
  const { t } = usePreferences();
  const [isNext, setNext] = useState(false);
  if (artefactOf(concept, kind).status === "generating")
    return <p className={styles.notYet}>{t("concept.writing")}</p>;
  return (
    <div className={styles.notYet}>
      <p role="status">{t(isNext ? "concept.willBeNext" : "concept.waiting")}</p>
      {commands.can("prioritise", concept) && !isNext && (
        <Button
          kind="primary"
          disabled={commands.isPending}
          onClick={async () => setNext(await commands.run("prioritise", { conceptId: concept.concept_id }))}
        >
          {t(COMMANDS.prioritise.label)}
        </Button>
      )}
      <CommandButton commands={commands} name="retry" kind="primary" label="concept.writeMissing" />
    </div>
  );
}
