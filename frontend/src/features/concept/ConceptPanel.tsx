/** One concept beside the map: its lesson, resources, quiz and versions, under an address of its own. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { artefactOf, titleOf } from "../../roadmap/artefacts";
import { COMMANDS } from "../../roadmap/commands/registry";
import type { Commands } from "../../roadmap/commands/useCommands";
import { conceptsOf } from "../../roadmap/outline/concepts";
import { outlineDirection } from "../../roadmap/outline/outlineDirection";
import { conceptQuery, conceptVersionQuery } from "../../roadmap/queries";
import type { Concept, Roadmap } from "../../roadmap/roadmap";
import { searchFor, type View } from "../../roadmap/views";
import { word } from "../../roadmap/words";
import { api } from "../../shared/api/client";
import type { VersionView } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { textDirection } from "../../shared/languages/direction";
import { Button } from "../../shared/ui/Button";
import { Problem } from "../../shared/ui/Problem";
import { Artefact } from "../artefacts/Artefact";
import { ConceptRing } from "../artefacts/ConceptRing";
import { Versions } from "../artefacts/Versions";
import { NotePad } from "../notes/NotePad";
import { ReportedQuestions } from "../reports/ReportedQuestions";
import { useHashedTab } from "./useHashedTab";
import styles from "./ConceptPanel.module.css";

interface ConceptPanelProps {
  readonly roadmap: Roadmap;
  readonly concept: Concept | null;
  readonly commands: Commands;
  readonly view: View;
}

export function ConceptPanel({ roadmap, concept, commands, view }: ConceptPanelProps) {
  const { t } = usePreferences();
  const navigate = useNavigate();
  const overview = {
    to: "/roadmaps/$roadmapId",
    params: { roadmapId: roadmap.roadmap_id },
    search: searchFor(view),
    resetScroll: false,
  } as const;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !(event.target instanceof HTMLTextAreaElement)) void navigate(overview);
  };
  return (
    <aside
      className={styles.panel}
      dir={outlineDirection(roadmap)}
      aria-label={concept?.name ?? t("concept.panel")}
      onKeyDown={onKeyDown}
    >
      <Link className={styles.close} {...overview}>
        {t("concept.close")}
      </Link>
      {concept === null ? (
        <Problem message={t("concept.missing")} />
      ) : (
        <OpenConcept roadmap={roadmap} concept={concept} commands={commands} view={view} />
      )}
    </aside>
  );
}

function OpenConcept({
  roadmap,
  concept,
  commands,
  view,
}: ConceptPanelProps & { readonly concept: Concept }) {
  const { t, say } = usePreferences();
  const detail = useQuery(conceptQuery(roadmap.roadmap_id, concept));
  const [chosen, setChosen] = useState<VersionView | null>(null);
  const older =
    chosen !== null && artefactOf(concept, chosen.artefact).id !== chosen.artefact_id ? chosen : null;
  const earlier = useQuery(
    conceptVersionQuery(roadmap.roadmap_id, concept.concept_id, older?.version ?? null),
  );
  // What has been opened stays: a quiz that is half done, instructions that are half written.
  const hashed = useHashedTab();
  const [tab, setTab] = useState<string>(roadmap.kinds.find((kind) => kind === hashed) ?? roadmap.kinds[0]!);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set([tab]));
  const open = (next: string) => {
    setTab(next);
    setOpened((before) => new Set([...before, next]));
  };
  const [followed, setFollowed] = useState(hashed);
  if (followed !== hashed) {
    setFollowed(hashed);
    const kind = roadmap.kinds.find((one) => one === hashed);
    if (kind !== undefined) open(kind);
  }
  const kept = (name: string) => (opened.has(name) ? ({ forceMount: true } as const) : {});
  const roadmapId = roadmap.roadmap_id;
  useEffect(() => {
    // The list begins with what was studied last. Where this does not arrive, nothing is lost.
    api
      .POST("/api/v1/roadmaps/{roadmap_id}/opened", { params: { path: { roadmap_id: roadmapId } } })
      .catch(() => undefined);
  }, [roadmapId]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const place = placeOf(roadmap, concept);
  const direction = outlineDirection(roadmap);
  const [back, on] = direction === "rtl" ? ["→", "←"] : ["←", "→"];
  const named = (name: string) => <bdi dir={textDirection(name, roadmap.language)}>{name}</bdi>;
  const names = new Map(conceptsOf(roadmap).map((one) => [one.concept_id, one.name]));
  const isLearned = concept.learned_at !== null;
  return (
    <>
      <p className={styles.place}>
        {named(place.stage)} › {named(place.module)}
      </p>
      <h2 ref={heading} tabIndex={-1} className={styles.heading}>
        <ConceptRing
          concept={concept}
          kinds={roadmap.kinds}
          label={t("ring.concept", { name: concept.name, state: word(concept, roadmap.kinds, t) })}
        />
        <span dir={textDirection(concept.name, roadmap.language)}>{concept.name}</span>
      </h2>
      <p className={styles.facts}>
        <span dir="auto">{t("concept.hours", { hours: concept.estimated_hours })}</span>
        <span dir="auto">{t(`concept.${concept.difficulty}`)}</span>
        {concept.prerequisites.map((id) => (
          <Link key={id} dir="auto" {...to(roadmap, id, view)}>
            {t("concept.after", { name: names.get(id) ?? id })}
          </Link>
        ))}
      </p>
      {concept.description !== "" && (
        <p className={styles.description} dir={textDirection(concept.description, roadmap.language)}>
          {concept.description}
        </p>
      )}
      {[detail, earlier].map(
        ({ error, refetch }, index) =>
          error !== null && (
            <Problem key={index} message={say(error)}>
              <Button onClick={() => void refetch()}>{t("app.again")}</Button>
            </Problem>
          ),
      )}
      <Tabs.Root value={tab} onValueChange={open} dir={direction}>
        <Tabs.List className={styles.tabs} aria-label={concept.name}>
          {roadmap.kinds.map((kind) => {
            const count = artefactOf(concept, kind).glance?.count;
            return (
              <Tabs.Trigger key={kind} value={kind}>
                {t(titleOf(kind))} {count !== undefined && <span>{count}</span>}
              </Tabs.Trigger>
            );
          })}
          <Tabs.Trigger value="versions">{t("concept.versions")}</Tabs.Trigger>
        </Tabs.List>
        {roadmap.kinds.map((kind) => (
          <Tabs.Content key={kind} value={kind} className={styles.content} {...kept(kind)}>
            {older?.artefact === kind && (
              <p className={styles.older}>
                {t("concept.older", { version: older.version })}{" "}
                <Button kind="quiet" onClick={() => setChosen(null)}>
                  {t("concept.toCurrent")}
                </Button>
              </p>
            )}
            <Artefact
              roadmap={roadmap}
              concept={concept}
              kind={kind}
              detail={older?.artefact === kind ? earlier.data : detail.data}
              commands={commands}
            />
            {kind === "quiz" && older === null && detail.data?.quiz != null && (
              <ReportedQuestions
                concept={concept}
                quiz={detail.data.quiz}
                language={roadmap.language}
                commands={commands}
              />
            )}
          </Tabs.Content>
        ))}
        <Tabs.Content value="versions" className={styles.content} {...kept("versions")}>
          <Versions
            roadmap={roadmap}
            concept={concept}
            commands={commands}
            onRead={(one) => {
              setChosen(one);
              open(one.artefact);
            }}
          />
        </Tabs.Content>
      </Tabs.Root>
      <nav className={styles.steps} aria-label={concept.name}>
        {commands.can("learned", concept) && (
          <Button
            kind={isLearned ? "plain" : "primary"}
            aria-pressed={isLearned}
            disabled={commands.isPending}
            onClick={() => {
              const { concept_id: conceptId } = concept;
              void commands.run("learned", { conceptId, learned: !isLearned });
            }}
          >
            {isLearned ? `✓ ${t("concept.unlearn")}` : t(COMMANDS.learned.label)}
          </Button>
        )}
        {place.previous !== null && (
          <Link
            rel="prev"
            {...to(roadmap, place.previous.concept_id, view)}
            aria-label={t("concept.previous", { name: place.previous.name })}
          >
            {back} {named(place.previous.name)}
          </Link>
        )}
        {place.next !== null && (
          <Link
            rel="next"
            {...to(roadmap, place.next.concept_id, view)}
            aria-label={t("concept.next", { name: place.next.name })}
          >
            {named(place.next.name)} {on}
          </Link>
        )}
      </nav>
      <NotePad roadmapId={roadmapId} conceptId={concept.concept_id} startsOpen={hashed === "note"} />
    </>
  );
}

function to(roadmap: Roadmap, conceptId: string, view: View) {
  return {
    to: "/roadmaps/$roadmapId/concepts/$conceptId",
    params: { roadmapId: roadmap.roadmap_id, conceptId },
    search: searchFor(view),
    resetScroll: false,
  } as const;
}

function placeOf(roadmap: Roadmap, concept: Concept) {
  const concepts = conceptsOf(roadmap);
  const index = concepts.findIndex((one) => one.concept_id === concept.concept_id);
  const stage = roadmap.stages.find((one) => one.modules.some((module) => module.concepts.includes(concept)));
  const module = stage?.modules.find((one) => one.concepts.includes(concept));
  return {
    stage: stage?.name ?? "",
    module: module?.name ?? "",
    previous: concepts[index - 1] ?? null,
    next: concepts[index + 1] ?? null,
  };
}
