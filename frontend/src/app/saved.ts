/** A file of the learner's, read as the document of a roadmap. */

import { api, Fault, unwrap } from "../api/client";

/** Import it under a new id. */
export async function importRoadmap(file: File): Promise<string> {
  const text = decoded(await file.arrayBuffer());
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Fault({ code: "not_json", detail: "The file is not JSON.", retryable: false }, 0);
  }
  // What the document may hold, the API says.
  return unwrap(await api.POST("/api/v1/roadmaps/import", { body: document as never })).roadmap_id;
}

/** UTF-8, or what the byte order mark says: some editors save UTF-16. */
function decoded(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
