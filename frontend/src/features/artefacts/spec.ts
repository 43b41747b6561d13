/** What the page knows of a kind of artefact. */

import type { ReactNode } from "react";

import type { Roadmap } from "../../roadmap/roadmap";
import type { ConceptDetail } from "../../shared/api/schema";

export interface ArtefactSpec {
  /** What is shown when it is opened; null where it is not there. */
  content(written: Written): ArtefactContent | null;
}

export interface Written {
  readonly roadmap: Roadmap;
  readonly detail: ConceptDetail;
}

export interface ArtefactContent {
  /** Another version is drawn anew. */
  readonly key: string;
  readonly view: ReactNode;
  /** What it says, where the view cannot be drawn. */
  text(): string;
}
