/** The outline to read: every lesson opens from here. It is edited only when that is asked for. */

import { Link } from "@tanstack/react-router";

import { COMMANDS } from "../../roadmap/commands/registry";
import { conceptsOf } from "../../roadmap/outline/concepts";
import { outlineDirection } from "../../roadmap/outline/outlineDirection";
import { prerequisitesOf } from "../../roadmap/outline/prerequisites";
import type { Roadmap } from "../../roadmap/roadmap";
import { word } from "../../roadmap/words";
import { usePreferences } from "../../shared/i18n/preferences";
import { textDirection } from "../../shared/languages/direction";
import { Button } from "../../shared/ui/Button";
import { ConceptRing } from "../artefacts/ConceptRing";
import styles from "./OutlineReading.module.css";

interface OutlineReadingProps {
  readonly roadmap: Roadmap;
  readonly selected: string | null;
  readonly canEdit: boolean;
  onEdit(): void;
}

export function OutlineReading({ roadmap, selected, canEdit, onEdit }: OutlineReadingProps) {
  const { t } = usePreferences();
  const concepts = conceptsOf(roadmap);
  const direction = (text: string) => textDirection(text, roadmap.language);
  return (
    <section className={styles.page} aria-labelledby="outline">
      <div className={styles.top}>
        <div>
          <h2 id="outline">{t("review.outline")}</h2>
          <p>{t(canEdit ? "review.reading" : "review.hintWriting")}</p>
        </div>
        <Button disabled={!canEdit} onClick={onEdit}>
          {t(COMMANDS.edit.label)}
        </Button>
      </div>
      <ol className={styles.stages} dir={outlineDirection(roadmap)}>
        {roadmap.stages.map((stage) => (
          <li key={stage.stage_id}>
            <h3 dir={direction(stage.name)}>{stage.name}</h3>
            {stage.description !== "" && <p dir={direction(stage.description)}>{stage.description}</p>}
            {stage.modules.map((module) => (
              <section key={module.module_id}>
                <h4 dir={direction(module.name)}>{module.name}</h4>
                <ol>
                  {module.concepts.map((concept) => (
                    <li key={concept.concept_id}>
                      <Link
                        to="/roadmaps/$roadmapId/concepts/$conceptId"
                        params={{ roadmapId: roadmap.roadmap_id, conceptId: concept.concept_id }}
                        search={{ view: "outline" }}
                        resetScroll={false}
                        className={styles.concept}
                        aria-current={concept.concept_id === selected ? "true" : undefined}
                        data-concept={concept.concept_id}
                        data-state={concept.content_status}
                      >
                        <ConceptRing concept={concept} kinds={roadmap.kinds} />
                        <span>
                          <strong dir={direction(concept.name)}>{concept.name}</strong>
                          <span className={styles.facts} dir="auto">
                            {[
                              word(concept, roadmap.kinds, t),
                              t("concept.hours", { hours: concept.estimated_hours }),
                              ...prerequisitesOf(concepts, concept).needed.map((one) =>
                                t("concept.after", { name: one.name }),
                              ),
                            ].join(" · ")}
                          </span>
                        </span>
                      </Link>
                    </li>
                  ))}
                </ol>
              </section>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
