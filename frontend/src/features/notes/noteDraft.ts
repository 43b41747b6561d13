/**
 * A note while it is edited. What is typed is kept in the browser at once, and sent a moment later; it is forgotten there
 * only when the server has it. Where another page has changed the note meanwhile, neither text is lost: the learner
 * chooses.
 */

import { Fault, isAbsence } from "../../shared/api/client";

/** Milliseconds without typing after which a note is sent. */
const PAUSE = 800;

export interface StoredNote {
  readonly markdown: string;
  readonly etag: string;
}

export interface NoteServer {
  read(): Promise<StoredNote>;
  /** Rejects with a `Fault`; with the status 412 where the note is not the one of the entity tag. */
  write(markdown: string, etag: string): Promise<StoredNote>;
}

/** What is kept in this browser until the server has it. */
export interface NoteShelf {
  get(): StoredNote | null;
  /** Whether it was kept. */
  put(draft: StoredNote): boolean;
  clear(): void;
}

export type NoteStatus =
  | { readonly is: "loading" | "saved" | "unsaved" | "saving" }
  /** Greenway is away. `inBrowser`: the text is kept here, and sent when it is back. */
  | { readonly is: "away"; readonly inBrowser: boolean }
  | { readonly is: "refused"; readonly error: Error }
  | { readonly is: "conflict"; readonly theirs: string };

export interface NoteState {
  readonly text: string;
  readonly status: NoteStatus;
}

export class NoteDraft {
  state: NoteState = { text: "", status: { is: "loading" } };
  private etag = "";
  private theirs: StoredNote | null = null;
  private isLoaded = false;
  private isSending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly server: NoteServer,
    private readonly shelf: NoteShelf,
  ) {}

  /** Reads the note; what was typed here before and not sent comes back, and is sent. */
  async open(): Promise<void> {
    let stored: StoredNote;
    try {
      stored = await this.server.read();
    } catch (error) {
      const draft = this.shelf.get();
      return this.set(draft?.markdown ?? "", this.failed(error as Error, draft !== null));
    }
    this.isLoaded = true;
    this.etag = stored.etag;
    const draft = this.shelf.get();
    if (draft === null || draft.markdown === stored.markdown) {
      this.shelf.clear();
      return this.set(stored.markdown, { is: "saved" });
    }
    if (draft.etag !== stored.etag) return this.conflict(draft.markdown, stored);
    this.set(draft.markdown, { is: "unsaved" });
    await this.send();
  }

  /** Whether something can be typed: the note is known. */
  get canEdit(): boolean {
    return this.isLoaded;
  }

  edit(text: string): void {
    this.keep(text);
    if (this.theirs !== null) return this.set(text, this.state.status);
    this.set(text, { is: "unsaved" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), PAUSE);
  }

  /** Sends what is not saved, now. */
  async send(): Promise<void> {
    clearTimeout(this.timer);
    const { is } = this.state.status;
    if (!this.isLoaded) return is === "away" ? this.open() : undefined;
    if (this.isSending || is === "saved" || is === "conflict") return;
    this.isSending = true;
    const sent = this.state.text;
    this.set(sent, { is: "saving" });
    try {
      this.saved(sent, await this.server.write(sent, this.etag));
    } catch (error) {
      await this.unsaved(sent, error as Error);
    } finally {
      this.isSending = false;
    }
    if (this.state.status.is === "unsaved") await this.send();
  }

  /** Ends a conflict with the text that is to stand. */
  async settle(text: string): Promise<void> {
    if (this.theirs === null) return;
    this.etag = this.theirs.etag;
    this.theirs = null;
    this.keep(text);
    this.set(text, { is: "unsaved" });
    await this.send();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private saved(sent: string, { etag }: StoredNote): void {
    this.etag = etag;
    if (this.state.text === sent) {
      this.shelf.clear();
      return this.set(sent, { is: "saved" });
    }
    this.keep(this.state.text);
    this.set(this.state.text, { is: "unsaved" });
  }

  private async unsaved(sent: string, error: Error): Promise<void> {
    if (!(error instanceof Fault) || error.status !== 412)
      return this.set(this.state.text, this.failed(error, this.keep(this.state.text)));
    try {
      const stored = await this.server.read();
      // The answer to an earlier attempt was lost.
      if (stored.markdown === sent) return this.saved(sent, stored);
      this.conflict(this.state.text, stored);
    } catch (again) {
      this.set(this.state.text, this.failed(again as Error, this.keep(this.state.text)));
    }
  }

  private conflict(mine: string, theirs: StoredNote): void {
    this.theirs = theirs;
    this.keep(mine);
    this.set(mine, { is: "conflict", theirs: theirs.markdown });
  }

  private failed(error: Error, inBrowser: boolean): NoteStatus {
    return isAbsence(error) ? { is: "away", inBrowser } : { is: "refused", error };
  }

  private keep(text: string): boolean {
    return this.shelf.put({ markdown: text, etag: this.etag });
  }

  private set(text: string, status: NoteStatus): void {
    this.state = { text, status };
    this.listeners.forEach((listener) => listener());
  }
}
