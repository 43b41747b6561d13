import type { ArtefactKind } from "../shared/api/schema";

/** What is written for a concept, in the order in which it is shown. */
export const KINDS = ["tutorial", "resources", "quiz"] as const satisfies readonly ArtefactKind[];
