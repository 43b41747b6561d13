/** The roadmap as a map: stages as bands, modules as columns, concepts as cards that turn green. */

import { Link, useNavigate } from "@tanstack/react-router";
import { memo, useEffect, useMemo, useRef, useState, type RefObject } from "react";

import { conceptsOf } from "../../roadmap/outline/concepts";
import { nextToLearn, related } from "../../roadmap/outline/order";
import { outlineDirection } from "../../roadmap/outline/outlineDirection";
import type { Concept, Module, Roadmap, Stage } from "../../roadmap/roadmap";
import { stateOf } from "../../roadmap/words";
import { word } from "../../roadmap/words";
import type { ArtefactKind } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { textDirection } from "../../shared/languages/direction";
import { Button } from "../../shared/ui/Button";
import { Meter } from "../../shared/ui/Meter";
import { ConceptRing } from "../artefacts/ConceptRing";
import styles from "./Map.module.css";
import { Prerequisites } from "./Prerequisites";

/** Above this many concepts, modules start closed: the page stays readable, and each shows its own progress. */
const OPEN_UP_TO = 60;
/** Hits that a search shows. */
const HITS = 8;

interface MapProps {
  readonly roadmap: Roadmap;
  readonly selected: string | null;
}

export function Map({ roadmap, selected }: MapProps) {
  const { t } = usePreferences();
  const [pointed, setPointed] = useState<string | null>(null);
  const startsOpen = roadmap.progress.total <= OPEN_UP_TO;
  const [open, setOpen] = useState<Record<string, boolean>>({});
  const map = useRef<HTMLDivElement>(null);
  useReveal(map, selected);
  const inView = pointed ?? selected;
  const { stages } = roadmap;
  // Which concepts belong together follows from the outline alone.
  const lit = useMemo(() => (inView === null ? null : related(roadmap, inView)), [roadmap, inView]);
  const isLit = lit !== null && lit.size > 1;

  const home = stages.flatMap((stage) => stage.modules).find((module) => holds(module, selected))?.module_id;
  useEffect(() => {
    if (home !== undefined)
      setOpen((before) => (before[home] === false ? { ...before, [home]: true } : before));
  }, [selected, home]);

  return (
    <>
      <Toolbar
        roadmap={roadmap}
        isOpen={(module) => open[module] ?? startsOpen}
        onOpenAll={(all) =>
          setOpen(Object.fromEntries(stages.flatMap((s) => s.modules.map((m) => [m.module_id, all]))))
        }
      />
      <div
        ref={map}
        className={styles.map}
        dir={outlineDirection(roadmap)}
        aria-label={t("map.label")}
        role="region"
        onPointerOver={(event) => setPointed(conceptAt(event.target))}
        onPointerLeave={() => setPointed(null)}
        onFocus={(event) => setPointed(conceptAt(event.target))}
        onBlur={() => setPointed(null)}
      >
        {stages.map((stage) => (
          <Band
            key={stage.stage_id}
            stage={stage}
            kinds={roadmap.kinds}
            roadmapId={roadmap.roadmap_id}
            language={roadmap.language}
            selected={selected}
            lit={isLit ? lit : null}
            isOpen={(module) => open[module.module_id] ?? (startsOpen || holds(module, selected))}
            onToggle={(module, next) => setOpen((before) => ({ ...before, [module]: next }))}
          />
        ))}
        {isLit && <Prerequisites roadmap={roadmap} lit={lit} />}
      </div>
    </>
  );
}

function holds(module: Module, conceptId: string | null): boolean {
  return module.concepts.some((concept) => concept.concept_id === conceptId);
}

/** The chosen card comes into view, and has the focus again when its lesson is closed. */
function useReveal(map: RefObject<HTMLElement | null>, selected: string | null) {
  const before = useRef(selected);
  useEffect(() => {
    const card = (conceptId: string) =>
      map.current?.querySelector<HTMLElement>(`[data-concept="${CSS.escape(conceptId)}"]`);
    // A module that was closed opens in the meantime.
    const frame = requestAnimationFrame(() => {
      if (selected !== null) card(selected)?.scrollIntoView({ block: "nearest" });
      else if (before.current !== null) card(before.current)?.focus({ preventScroll: true });
      before.current = selected;
    });
    return () => cancelAnimationFrame(frame);
  }, [map, selected]);
}

function conceptAt(target: EventTarget): string | null {
  return target instanceof Element
    ? (target.closest<HTMLElement>("[data-concept]")?.dataset.concept ?? null)
    : null;
}

interface ToolbarProps {
  readonly roadmap: Roadmap;
  isOpen(module: string): boolean;
  onOpenAll(open: boolean): void;
}

function Toolbar({ roadmap, isOpen, onOpenAll }: ToolbarProps) {
  const { t } = usePreferences();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const concepts = conceptsOf(roadmap);
  const wanted = text.trim().toLowerCase();
  const hits =
    wanted === "" ? [] : concepts.filter((one) => one.name.toLowerCase().includes(wanted)).slice(0, HITS);
  const next = nextToLearn(roadmap);
  const writing = concepts.find((one) => one.content_status === "generating");
  const modules = roadmap.stages.flatMap((stage) => stage.modules);
  const allOpen = modules.every((module) => isOpen(module.module_id));
  const go = (concept: Concept) => {
    setText("");
    void navigate({
      to: "/roadmaps/$roadmapId/concepts/$conceptId",
      params: { roadmapId: roadmap.roadmap_id, conceptId: concept.concept_id },
      resetScroll: false,
    });
  };
  return (
    <div className={styles.toolbar}>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (hits[0] !== undefined) go(hits[0]);
        }}
      >
        <input
          type="search"
          dir="auto"
          value={text}
          placeholder={t("map.search")}
          aria-label={t("map.search")}
          onChange={(event) => setText(event.target.value)}
        />
        {wanted !== "" && (
          <ul className={styles.hits}>
            {hits.map((hit) => (
              <li key={hit.concept_id}>
                <button type="button" onClick={() => go(hit)}>
                  <bdi dir={textDirection(hit.name, roadmap.language)}>{hit.name}</bdi>{" "}
                  <span>{word(hit, roadmap.kinds, t)}</span>
                </button>
              </li>
            ))}
            {hits.length === 0 && <li role="status">{t("map.noHits")}</li>}
          </ul>
        )}
      </form>
      {next !== null && <Button onClick={() => go(next)}>{t("map.next")}</Button>}
      <Button disabled={writing === undefined} onClick={() => writing !== undefined && go(writing)}>
        {t("map.writing")}
      </Button>
      {roadmap.progress.total > OPEN_UP_TO && (
        <Button onClick={() => onOpenAll(!allOpen)}>
          {t(allOpen ? "map.collapseAll" : "map.expandAll")}
        </Button>
      )}
    </div>
  );
}

interface BandProps {
  readonly stage: Stage;
  readonly kinds: readonly ArtefactKind[];
  readonly roadmapId: string;
  readonly language: string;
  readonly selected: string | null;
  readonly lit: ReadonlySet<string> | null;
  isOpen(module: Module): boolean;
  onToggle(module: string, open: boolean): void;
}

function Band({ stage, kinds, roadmapId, language, selected, lit, isOpen, onToggle }: BandProps) {
  const concepts = stage.modules.flatMap((module) => module.concepts);
  return (
    <section className={styles.band} aria-labelledby={`stage-${stage.stage_id}`}>
      <div className={styles.about}>
        <span className={styles.number} aria-hidden>
          {stage.order}
        </span>
        <div>
          <h2 id={`stage-${stage.stage_id}`} dir={textDirection(stage.name, language)}>
            {stage.name}
          </h2>
          <p dir={textDirection(stage.description, language)}>{stage.description}</p>
          <Count concepts={concepts} />
        </div>
      </div>
      <div className={styles.modules}>
        {stage.modules.map((module) => {
          const open = isOpen(module);
          return (
            <section key={module.module_id} className={styles.column}>
              <h3>
                <button type="button" aria-expanded={open} onClick={() => onToggle(module.module_id, !open)}>
                  <bdi dir={textDirection(module.name, language)}>{module.name}</bdi>
                </button>
              </h3>
              {!open && <Count concepts={module.concepts} />}
              {open && (
                <ol>
                  {module.concepts.map((concept) => (
                    <Card
                      key={concept.concept_id}
                      concept={concept}
                      kinds={kinds}
                      roadmapId={roadmapId}
                      language={language}
                      isSelected={concept.concept_id === selected}
                      isFaint={lit !== null && !lit.has(concept.concept_id)}
                    />
                  ))}
                </ol>
              )}
            </section>
          );
        })}
      </div>
    </section>
  );
}

function Count({ concepts }: { readonly concepts: readonly Concept[] }) {
  const { t } = usePreferences();
  const completed = concepts.filter((concept) => concept.content_status === "completed").length;
  return (
    <p className={styles.count}>
      <Meter value={completed} max={concepts.length} />
      <span aria-hidden>
        {completed}/{concepts.length}
      </span>
      <span className="visually-hidden">{t("ring.progress", { completed, total: concepts.length })}</span>
    </p>
  );
}

interface CardProps {
  readonly concept: Concept;
  readonly kinds: readonly ArtefactKind[];
  readonly roadmapId: string;
  readonly language: string;
  readonly isSelected: boolean;
  readonly isFaint: boolean;
}

/** Drawn again only when the concept itself has changed. */
const Card = memo(function Card({ concept, kinds, roadmapId, language, isSelected, isFaint }: CardProps) {
  const { t } = usePreferences();
  const state = word(concept, kinds, t);
  return (
    <li>
      <Link
        to="/roadmaps/$roadmapId/concepts/$conceptId"
        params={{ roadmapId, conceptId: concept.concept_id }}
        resetScroll={false}
        className={styles.card}
        aria-current={isSelected ? "true" : undefined}
        data-concept={concept.concept_id}
        data-state={stateOf(concept)}
        data-faint={isFaint}
      >
        <ConceptRing concept={concept} kinds={kinds} />
        <span className={styles.words}>
          <strong dir={textDirection(concept.name, language)}>{concept.name}</strong>
          <span className={styles.state} dir="auto">
            {state}
          </span>
        </span>
      </Link>
    </li>
  );
});
