/** What is written for a concept, by kind. Which kinds there are, the roadmap says: `kinds`, in the order in which they are
 * shown. */

import type { ArtefactKind, ShownArtefact } from "../shared/api/schema";
import type { PlainKey } from "../shared/i18n/translate";
import type { Concept } from "./roadmap";

const WAITING: ShownArtefact = { status: "pending", id: null, glance: null, failure: null };

export function artefactOf({ artefacts }: Pick<Concept, "artefacts">, kind: ArtefactKind): ShownArtefact {
  return artefacts[kind] ?? WAITING;
}

/** The artefacts of a concept of which nothing is written yet. */
export function waitingIn(kinds: readonly ArtefactKind[]): Concept["artefacts"] {
  return Object.fromEntries(kinds.map((kind) => [kind, WAITING]));
}

/** What a kind is called in a sentence. */
export function nounOf(kind: ArtefactKind): PlainKey {
  return `artefact.${kind}`;
}

/** What it is called by itself, as on a tab. */
export function titleOf(kind: ArtefactKind): PlainKey {
  return `kind.${kind}`;
}
