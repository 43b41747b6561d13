import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Fault } from "../../shared/api/client";
import { NoteDraft, type NoteServer, type NoteShelf, type StoredNote } from "./noteDraft";

const NONE: StoredNote = { markdown: "", etag: "none" };

/** A server as Greenway's, that can be away, and whose answers can get lost. */
class Server implements NoteServer {
  note = NONE;
  isAway = false;
  losesAnswer = false;
  written: string[] = [];

  read(): Promise<StoredNote> {
    return this.isAway ? Promise.reject(new Fault({}, 0)) : Promise.resolve(this.note);
  }

  write(markdown: string, etag: string): Promise<StoredNote> {
    if (this.isAway) return Promise.reject(new Fault({}, 0));
    if (etag !== this.note.etag) return Promise.reject(new Fault({ code: "stale" }, 412));
    this.change(markdown);
    if (!this.losesAnswer) return Promise.resolve(this.note);
    this.losesAnswer = false;
    return Promise.reject(new Fault({}, 0));
  }

  change(markdown: string): void {
    this.written.push(markdown);
    this.note = { markdown, etag: String(this.written.length) };
  }
}

class Shelf implements NoteShelf {
  draft: StoredNote | null = null;
  get = () => this.draft;
  put = (draft: StoredNote) => {
    this.draft = draft;
    return true;
  };
  clear = () => {
    this.draft = null;
  };
}

let server: Server;
let shelf: Shelf;
let draft: NoteDraft;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new Server();
  shelf = new Shelf();
  draft = new NoteDraft(server, shelf);
  await draft.open();
});
afterEach(() => void vi.useRealTimers());

test("what is typed is kept at once, sent after a pause, and forgotten once the server has it", async () => {
  draft.edit("a");
  draft.edit("ab");
  expect(shelf.draft).toEqual({ markdown: "ab", etag: "none" });
  expect(server.written).toEqual([]);
  await vi.runAllTimersAsync();
  expect(server.written).toEqual(["ab"]);
  expect(draft.state).toEqual({ text: "ab", status: { is: "saved" } });
  expect(shelf.draft).toBeNull();
});

test("what is typed while a note is sent is sent next", async () => {
  draft.edit("a");
  const sending = draft.send();
  draft.edit("ab");
  await sending;
  await vi.runAllTimersAsync();
  expect(server.written).toEqual(["a", "ab"]);
  expect(draft.state.status.is).toBe("saved");
});

test("while Greenway is away, the note is kept; when it is back, it is sent", async () => {
  server.isAway = true;
  draft.edit("a");
  await vi.runAllTimersAsync();
  expect(draft.state).toEqual({ text: "a", status: { is: "away", inBrowser: true } });
  server.isAway = false;
  await draft.send();
  expect(server.note.markdown).toBe("a");
  expect(shelf.draft).toBeNull();
});

test("what another page load has kept comes back and is sent", async () => {
  shelf.draft = { markdown: "kept", etag: "none" };
  const next = new NoteDraft(server, shelf);
  await next.open();
  expect(next.state.text).toBe("kept");
  expect(server.note.markdown).toBe("kept");
});

test("a note that was opened while Greenway was away is opened when it is back", async () => {
  server.isAway = true;
  const next = new NoteDraft(server, shelf);
  await next.open();
  expect(next.canEdit).toBe(false);
  server.isAway = false;
  server.change("theirs");
  await next.send();
  expect(next.canEdit).toBe(true);
  expect(next.state).toEqual({ text: "theirs", status: { is: "saved" } });
});

test("a lost answer is no conflict", async () => {
  server.losesAnswer = true;
  draft.edit("a");
  await vi.runAllTimersAsync();
  expect(draft.state.status.is).toBe("away");
  await draft.send();
  expect(draft.state.status.is).toBe("saved");
  expect(server.written).toEqual(["a"]);
});

test("of two pages, neither loses its text: the learner chooses", async () => {
  server.change("theirs");
  draft.edit("mine");
  await vi.runAllTimersAsync();
  expect(draft.state).toEqual({ text: "mine", status: { is: "conflict", theirs: "theirs" } });
  expect(server.note.markdown).toBe("theirs");
  expect(shelf.draft?.markdown).toBe("mine");
  draft.edit("mine, more");
  await vi.runAllTimersAsync();
  expect(server.note.markdown).toBe("theirs");
  await draft.settle("theirs\n\nmine, more");
  expect(server.note.markdown).toBe("theirs\n\nmine, more");
  expect(draft.state.status.is).toBe("saved");
});

test("what was kept is not sent over what another page has written since", async () => {
  server.change("theirs");
  shelf.draft = { markdown: "mine", etag: "none" };
  const next = new NoteDraft(server, shelf);
  await next.open();
  expect(next.state.status.is).toBe("conflict");
  expect(shelf.draft.markdown).toBe("mine");
  expect(server.note.markdown).toBe("theirs");
});

test("a note that is refused stays in the browser", async () => {
  vi.spyOn(server, "write").mockRejectedValue(new Fault({ code: "invalid_input", retryable: false }, 422));
  draft.edit("too long");
  await vi.runAllTimersAsync();
  expect(draft.state.status.is).toBe("refused");
  expect(shelf.draft?.markdown).toBe("too long");
});
