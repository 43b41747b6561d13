/** Every kind of artefact, with its views. Leaving one out fails the type check. */

import type { ArtefactKind } from "../../shared/api/schema";
import { quiz } from "./quiz/spec";
import { resources } from "./resources/spec";
import type { ArtefactSpec } from "./spec";
import { tutorial } from "./tutorial/spec";

export const ARTEFACTS: Readonly<Record<ArtefactKind, ArtefactSpec>> = { tutorial, resources, quiz };
