/**
 * How much Markdown is formatted: more than any lesson needs, less than makes a page slow or nests it too deeply.
 *
 * The parsers take quadratic time for some texts, and call themselves once for each level of nesting. So a text is measured
 * line by line before it is parsed, and is formatted up to the first block that exceeds a limit.
 */

/** Characters that are formatted, and elements that they may become: in all texts of a lesson together. */
export const CHARACTERS = 50_000;
export const ELEMENTS = 10_000;
/** What a text costs that has nothing in it: each is parsed by itself. */
const TEXT = 50;
/** The column up to which lists, quotations and footnotes can begin; each level takes one column at least. */
export const NESTING = 60;
/** Characters in a block that may begin or end emphasis, links, code, HTML or a formula. */
export const DELIMITERS = 400;
/** Characters of formulas that are set, and of code that is coloured: at once, and in a lesson. */
export const LONGEST = { formula: 1_000, code: 5_000 } as const;
export const TOTAL = { formula: 10_000, code: 20_000 } as const;
/** Brackets and comments open at once in code that is coloured. */
export const OPEN = 50;
/** Elements within each other: what is deeper, of formulas, coloured code and emphasis, is text. */
export const DEPTH = 100;

const CONTAINERS = /^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)|\[\^(?:\\.|[^\]\\])+\]:))+/;
const MARKER = />|[-+*](?=[ \t]|$)|[.)](?=[ \t]|$)|\]:/g;
const DELIMITER = /[*_~`[\]<$]/g;
/** What can become an element of its own, or be tried as one. */
const SIGN = /[*_~`[\]<$&\\@]|www|http/gi;
/** What the elements of a formula come to, for each of its two signs. */
const FORMULA_SIGN = 3;

export interface Bounded {
  readonly markdown: string;
  /** What follows, to be shown as it was written. */
  readonly rest: string;
  readonly allowance: Allowance;
}

/** What is left for a text by those before it. It is counted anew each time that the text is rendered. */
export class Allowance {
  private spent = { formula: 0, code: 0 };

  constructor(private readonly before: Allowance | null) {}

  restart(): void {
    this.spent = { formula: 0, code: 0 };
  }

  /** Whether so many characters are within the limits; if so, they are spent. */
  spend(what: keyof typeof TOTAL, characters: number): boolean {
    const isAllowed = characters <= Math.min(LONGEST[what], this.left(what));
    if (isAllowed) this.spent[what] += characters;
    return isAllowed;
  }

  private left(what: keyof typeof TOTAL): number {
    return (this.before?.left(what) ?? TOTAL[what]) - this.spent[what];
  }
}

/** The texts of one lesson, each up to where a limit is exceeded. */
export function bounded(texts: readonly string[]): Bounded[] {
  let characters = CHARACTERS;
  let elements = ELEMENTS;
  let allowance: Allowance | null = null;
  return texts.map((text) => {
    const considered = text.slice(0, characters);
    const isWhole = considered.length === text.length;
    let end = 0;
    let left = elements - TEXT;
    for (const block of blocks(considered)) {
      const next = end + block.text.length;
      left -= elementsIn(block);
      if (left < 0 || isIntricate(block) || (next === considered.length && !isWhole)) break;
      end = next;
      elements = left;
    }
    characters -= end;
    if (end > 0) allowance = new Allowance(allowance);
    return {
      markdown: text.slice(0, end),
      rest: text.slice(end),
      allowance: allowance ?? new Allowance(null),
    };
  });
}

interface Block {
  readonly text: string;
  readonly isCode: boolean;
}

/**
 * Fenced code, and the lines between two blank ones: no paragraph, heading or table is longer than that.
 *
 * Only a fence in the first column is sure to be one, and only where no HTML or formula could have been left open before it.
 */
function* blocks(text: string): Generator<Block> {
  let block = "";
  let fence = "";
  let areFencesSure = true;
  for (const [line] of text.matchAll(/[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$/g)) {
    if (fence !== "") {
      block += line;
      const [, closing = ""] = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(unbroken(line)) ?? [];
      if (!closing.startsWith(fence)) continue;
      yield { text: block, isCode: true };
      block = fence = "";
      continue;
    }
    const opening = areFencesSure ? /^(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(unbroken(line)) : null;
    if (opening !== null) {
      if (block !== "") yield { text: block, isCode: false };
      block = line;
      fence = opening[1] ?? opening[2] ?? "";
      continue;
    }
    areFencesSure &&= !/^ {0,3}(?:<|\$\$)/.test(line);
    block += line;
    // To Markdown, other kinds of space are letters.
    if (/[^ \t\r\n]/.test(line)) continue;
    yield { text: block, isCode: false };
    block = "";
  }
  if (block !== "") yield { text: block, isCode: fence !== "" };
}

function isIntricate({ text, isCode }: Block): boolean {
  if (isCode) return false;
  if (count(text, DELIMITER) > DELIMITERS) return true;
  return linesOf(text).some((line) => columns(CONTAINERS.exec(line)?.[0] ?? "") > NESTING);
}

function elementsIn({ text, isCode }: Block): number {
  if (isCode) return 5 + Math.min(text.length, LONGEST.code) / 5;
  const lines = linesOf(text);
  // All rows of a table are as long as its longest one.
  const cells = Math.max(...lines.map((line) => count(line, /\|/g))) * lines.length;
  const containers = lines.reduce(
    (sum, line) => sum + 2 * count(CONTAINERS.exec(line)?.[0] ?? "", MARKER),
    0,
  );
  return lines.length + cells + containers + count(text, SIGN) + FORMULA_SIGN * count(text, /\$/g);
}

function unbroken(line: string): string {
  return line.replace(/[\r\n]+$/, "");
}

function linesOf(text: string): string[] {
  return text.split(/\r\n?|\n/);
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/** A tab takes four columns at most. */
function columns(prefix: string): number {
  return prefix.length + 3 * count(prefix, /\t/g);
}
