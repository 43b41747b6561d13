/** What was written before, and having it written again. */

import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { nounOf, titleOf } from "../../roadmap/artefacts";
import { authorName } from "../../roadmap/authorName";
import { COMMANDS } from "../../roadmap/commands/registry";
import type { Commands } from "../../roadmap/commands/useCommands";
import { versionsQuery } from "../../roadmap/queries";
import type { Concept, Roadmap } from "../../roadmap/roadmap";
import type { ArtefactKind, VersionView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { lengthOf, LongText } from "../../shared/ui/LongText";
import { Problem } from "../../shared/ui/Problem";
import { Waiting } from "../../shared/ui/Waiting";
import styles from "./Versions.module.css";

const LONGEST = 2000;

interface VersionsProps {
  readonly roadmap: Roadmap;
  readonly concept: Concept;
  readonly commands: Commands;
  onRead(version: VersionView): void;
}

export function Versions({ roadmap, concept, commands, onRead }: VersionsProps) {
  const { t, say, language } = usePreferences();
  const versions = useQuery(versionsQuery(roadmap.roadmap_id, concept));
  const [instructions, setInstructions] = useState("");
  const [artefact, setArtefact] = useState<ArtefactKind>(roadmap.kinds[0]!);
  const conceptId = concept.concept_id;
  const regenerate = (event: FormEvent) => {
    event.preventDefault();
    void commands.run("regenerate", {
      conceptId,
      artefacts: [artefact],
      instructions: instructions.trim(),
    });
  };
  return (
    <>
      {versions.isPending && <Waiting />}
      {versions.error !== null && <Problem message={say(versions.error)} />}
      <ul className={styles.versions}>
        {versions.data?.items.map((one) => (
          <li key={one.artefact_id}>
            <span>
              {t("concept.version", { version: one.version, artefact: t(nounOf(one.artefact)) })}
              <small>
                {new Date(one.created_at).toLocaleString(language === "zh" ? "zh" : undefined)} ·{" "}
                {authorName(one.author, t)}
                {one.imported === true && ` · ${t("roadmap.imported")}`}
              </small>
            </span>
            <Button kind="quiet" onClick={() => onRead(one)}>
              {t("concept.read")}
            </Button>
            {one.current ? (
              <em>{t("concept.current")}</em>
            ) : (
              <Button
                disabled={commands.isPending}
                onClick={() => {
                  const { artefact, version } = one;
                  void commands.run("restore", { conceptId, artefact, version });
                }}
              >
                {t(COMMANDS.restore.label)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {commands.can("regenerate", concept) && (
        <form className={styles.again} onSubmit={regenerate}>
          <h3>{t(COMMANDS.regenerate.label)}</h3>
          <select
            value={artefact}
            aria-label={t("concept.which")}
            onChange={(event) => setArtefact(roadmap.kinds[event.target.selectedIndex]!)}
          >
            {roadmap.kinds.map((kind) => (
              <option key={kind} value={kind}>
                {t(titleOf(kind))}
              </option>
            ))}
          </select>
          <LongText
            id="instructions"
            rows={2}
            most={LONGEST}
            value={instructions}
            placeholder={t("concept.instructions")}
            aria-label={t("concept.instructions")}
            onChange={(event) => setInstructions(event.target.value)}
          />
          <Button type="submit" disabled={commands.isPending || lengthOf(instructions) > LONGEST}>
            {t("concept.regenerateAll", { artefact: t(nounOf(artefact)) })}
          </Button>
        </form>
      )}
    </>
  );
}
