/** Notes that could not be sent: they are kept in the browser, by concept, and sent when Greenway is back. */

import { api, Fault, unwrap } from "../../shared/api/client";
import { NoteDraft, type NoteServer, type NoteShelf, type StoredNote } from "./noteDraft";

const PREFIX = "greenway.note.";
const PATH = "/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/note";

export interface NotePlace {
  readonly roadmapId: string;
  readonly conceptId: string;
}

export function noteServer({ roadmapId, conceptId }: NotePlace): NoteServer {
  const path = { roadmap_id: roadmapId, concept_id: conceptId };
  return {
    read: () => api.GET(PATH, { params: { path }, cache: "no-store" }).then(stored),
    write: (markdown, etag) =>
      api.PUT(PATH, { params: { path, header: { "if-match": etag } }, body: { markdown } }).then(stored),
  };
}

function stored(answer: { data?: { markdown: string }; error?: unknown; response: Response }): StoredNote {
  const { markdown } = unwrap(answer);
  return { markdown, etag: answer.response.headers.get("ETag") ?? "*" };
}

export function noteShelf(place: NotePlace): NoteShelf {
  const key = `${PREFIX}${place.roadmapId}.${place.conceptId}`;
  return {
    get: () => {
      try {
        return JSON.parse(localStorage.getItem(key) ?? "null") as StoredNote | null;
      } catch {
        return null;
      }
    },
    put: (draft) => {
      try {
        localStorage.setItem(key, JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    clear: () => {
      try {
        localStorage.removeItem(key);
      } catch {
        // A browser that keeps nothing.
      }
    },
  };
}

/** Drafts that are edited on this page; they send themselves. */
const open = new Map<string, NoteDraft>();

export function openDraft(place: NotePlace): NoteDraft {
  const draft = new NoteDraft(noteServer(place), noteShelf(place));
  open.set(`${place.roadmapId}.${place.conceptId}`, draft);
  return draft;
}

/** Sends what is left to be sent, and forgets the draft. */
export async function closeDraft(place: NotePlace, draft: NoteDraft): Promise<void> {
  await draft.send();
  const name = `${place.roadmapId}.${place.conceptId}`;
  if (open.get(name) === draft) open.delete(name);
}

/** Sends all notes that were kept. One whose concept has gone, or that conflicts, stays until it is opened. */
export async function sendKeptNotes(): Promise<void> {
  for (const draft of open.values()) await draft.send();
  for (const name of keptNames().filter((one) => !open.has(one))) {
    const [roadmapId, conceptId] = name.split(".") as [string, string];
    const place = { roadmapId, conceptId };
    await new NoteDraft(noteServer(place), noteShelf(place)).open().catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
    });
  }
}

function keptNames(): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}
