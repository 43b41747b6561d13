/** A file of the learner's, read as the document of a roadmap. */

import { api, Fault, unwrap } from "../../shared/api/client";

/** Import it under a new id. Throws why it cannot be, with the codes `unreadable` and `not_json` where it was not sent. */
export async function importRoadmap(file: File): Promise<string> {
  const text = decoded(await read(file));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new NotJson(placeOf(String(error), text));
  }
  // What the document may hold, the API says.
  return unwrap(await api.POST("/api/v1/roadmaps/import", { body: document as never })).roadmap_id;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** The file breaks at `place`, where the browser says so. */
export class NotJson extends Fault {
  constructor(readonly place: Place | null) {
    super({ code: "not_json", detail: "The file is not valid JSON.", retryable: false }, 0);
  }
}

async function read(file: File): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch {
    throw new Fault({ code: "unreadable", detail: "The file cannot be read.", retryable: false }, 0);
  }
}

/** Where JSON breaks, from the words in which a browser says that it does. */
export function placeOf(message: string, text: string): Place | null {
  const said = /line (\d+) column (\d+)/.exec(message);
  if (said !== null) return { line: Number(said[1]), column: Number(said[2]) };
  const position = /position (\d+)/.exec(message);
  const isAtTheEnd = /end of (?:JSON input|data)|EOF/.test(message);
  if (position === null && !isAtTheEnd) return null;
  const before = text.slice(0, position === null ? text.length : Number(position[1])).split("\n");
  return { line: before.length, column: before[before.length - 1]!.length + 1 };
}

/** UTF-8, or what the byte order mark says: some editors save UTF-16. */
function decoded(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
