/** A file of the learner's, read as the document of a roadmap. */

import { api, Fault, unwrap } from "../api/client";

/** Import it under a new id; a byte order mark before it means nothing. */
export async function importRoadmap(file: File): Promise<string> {
  const text = (await file.text()).replace(/^\uFEFF/, "");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Fault({ code: "not_json", detail: "The file is not JSON.", retryable: false }, 0);
  }
  // What the document may hold, the API says.
  return unwrap(await api.POST("/api/v1/roadmaps/import", { body: document as never })).roadmap_id;
}
