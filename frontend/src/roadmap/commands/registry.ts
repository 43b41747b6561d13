/**
 * Every command to a roadmap: its words, what is sent, and what the page does once it has been carried out. When it is
 * permitted, `permitted.ts` says.
 */

import { api, done, unwrap } from "../../shared/api/client";
import { ROOT } from "../../shared/api/root";
import type { ArtefactKind, DroppedPrerequisite, OutlineEdit } from "../../shared/api/schema";
import type { PlainKey, Translate } from "../../shared/i18n/translate";
import type { Notice } from "../../shared/ui/notice";
import type { CommandName } from "./permitted";

interface OfConcept {
  readonly conceptId: string;
}

/** What each command needs beside the roadmap. */
interface Inputs {
  approve: [];
  revise: [{ readonly feedback: string }];
  edit: [{ readonly operations: OutlineEdit["operations"] }];
  undo: [];
  redo: [];
  pause: [];
  resume: [];
  cancel: [];
  retry: [];
  rewrite: [];
  prioritise: [OfConcept];
  learned: [OfConcept & { readonly learned: boolean }];
  regenerate: [OfConcept & { readonly artefacts: readonly ArtefactKind[]; readonly instructions: string }];
  restore: [OfConcept & { readonly artefact: ArtefactKind; readonly version: number }];
  duplicate: [];
  delete: [];
  undelete: [];
}

/** Commands that are sent. */
export type SentName = keyof Inputs;
export type Input<Name extends SentName> = Inputs[Name];
/** Those that need nothing but the roadmap. */
export type SimpleName = { [Name in SentName]: Inputs[Name] extends [] ? Name : never }[SentName];

/** What a command may do to the page. */
export interface CommandPage {
  readonly t: Translate;
  /** What the roadmap is called. */
  readonly title: string;
  show(notice: Notice): void;
  run(name: SimpleName): Promise<boolean>;
  /** The lists of roadmaps are read again. */
  refreshLists(): Promise<void>;
  openHome(): Promise<void>;
  openRoadmap(roadmapId: string): Promise<void>;
}

/** What the page does beside; what changes in the roadmap itself arrives by the event stream. */
export type Afterwards = (page: CommandPage) => Promise<void> | void;

interface SentCommand<Name extends SentName> {
  readonly label: PlainKey;
  /** Rejects with a `Fault` where the command is refused. */
  send(roadmapId: string, ...input: Input<Name>): Promise<Afterwards>;
}

interface Download {
  readonly label: PlainKey;
  href(roadmapId: string): string;
}

export type SentCommands = { readonly [Name in SentName]: SentCommand<Name> };
type Downloads = { readonly [Name in Exclude<CommandName, SentName>]: Download };

export const COMMANDS: SentCommands & Downloads = {
  approve: { label: "review.approve", send: (id) => steer(id, "approve") },
  revise: {
    label: "review.send",
    send: async (id, body) => {
      done(await api.POST("/api/v1/roadmaps/{roadmap_id}/revise", { params: of(id), body }));
      return nothing;
    },
  },
  edit: {
    label: "review.edit",
    send: async (id, body) => {
      const path = "/api/v1/roadmaps/{roadmap_id}/outline/operations";
      const { dropped_prerequisites } = unwrap(await api.POST(path, { params: of(id), body }));
      return (page) => tellDropped(dropped_prerequisites ?? [], page);
    },
  },
  undo: { label: "review.undo", send: (id) => steer(id, "outline/undo") },
  redo: { label: "review.redo", send: (id) => steer(id, "outline/redo") },
  pause: { label: "command.pause", send: (id) => steer(id, "pause") },
  resume: { label: "command.resume", send: (id) => steer(id, "resume") },
  cancel: { label: "command.cancel", send: (id) => steer(id, "cancel") },
  retry: { label: "command.retry", send: (id) => steer(id, "retry") },
  rewrite: { label: "command.rewrite", send: (id) => steer(id, "rewrite") },
  prioritise: {
    label: "concept.writeNext",
    send: async (id, { conceptId }) => {
      const path = "/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/prioritise";
      done(await api.POST(path, { params: of(id, conceptId) }));
      return nothing;
    },
  },
  learned: {
    label: "concept.learn",
    send: async (id, { conceptId, learned }) => {
      const path = "/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/learned";
      done(await api.PUT(path, { params: of(id, conceptId), body: { learned } }));
      return nothing;
    },
  },
  regenerate: {
    label: "concept.regenerate",
    send: async (id, { conceptId, artefacts, instructions }) => {
      const path = "/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/regenerate";
      const body = { artefacts: [...artefacts], instructions: instructions || null };
      done(await api.POST(path, { params: of(id, conceptId), body }));
      return nothing;
    },
  },
  restore: {
    label: "concept.restore",
    send: async (id, { conceptId, artefact, version }) => {
      const path = "/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/restore";
      done(await api.POST(path, { params: of(id, conceptId), body: { artefact, version } }));
      return nothing;
    },
  },
  duplicate: {
    label: "command.duplicate",
    send: async (id) => {
      const copy = unwrap(await api.POST("/api/v1/roadmaps/{roadmap_id}/duplicate", { params: of(id) }));
      return (page) => page.openRoadmap(copy.roadmap_id);
    },
  },
  export: {
    label: "command.export",
    href: (id) => `${ROOT}/api/v1/roadmaps/${id}/export`,
  },
  delete: {
    label: "command.delete",
    send: async (id) => {
      done(await api.DELETE("/api/v1/roadmaps/{roadmap_id}", { params: of(id) }));
      return async (page) => {
        await page.refreshLists();
        await page.openHome();
        const text = page.t("command.deleted", { title: page.title });
        page.show({ text, undo: () => void page.run("undelete") });
      };
    },
  },
  undelete: {
    label: "trash.restore",
    send: async (id) => {
      done(await api.POST("/api/v1/roadmaps/{roadmap_id}/restore", { params: of(id) }));
      return (page) => page.refreshLists();
    },
  },
};

const nothing: Afterwards = () => undefined;

/** The parameters of a path. */
function of(roadmapId: string): { path: { roadmap_id: string } };
function of(roadmapId: string, conceptId: string): { path: { roadmap_id: string; concept_id: string } };
function of(roadmap_id: string, concept_id?: string) {
  return { path: concept_id === undefined ? { roadmap_id } : { roadmap_id, concept_id } };
}

type Steering =
  "approve" | "pause" | "resume" | "cancel" | "retry" | "rewrite" | "outline/undo" | "outline/redo";

async function steer(roadmapId: string, name: Steering): Promise<Afterwards> {
  done(await api.POST(`/api/v1/roadmaps/{roadmap_id}/${name}`, { params: of(roadmapId) }));
  return nothing;
}

/** Says which prerequisites an edit has cost, which the learner did not ask for. */
function tellDropped([first, ...more]: readonly DroppedPrerequisite[], { t, show, run }: CommandPage): void {
  if (first === undefined) return;
  const names = { concept: first.concept_name, prerequisite: first.prerequisite_name };
  const text =
    more.length === 0
      ? t("review.dropped", names)
      : t("review.droppedMore", { ...names, count: more.length });
  show({ text, isPassing: true, undo: () => void run("undo") });
}
