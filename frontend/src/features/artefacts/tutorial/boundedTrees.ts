/** Formulas and code within their limits: what exceeds one stays as it was written. */

import type { Element, ElementContent, Root, RootContent } from "hast";

import { DEPTH, OPEN, type Allowance } from "./bounds";

/** A macro can grow without end. */
const DEFINITION = /\\(?:[egx]?def|(?:re)?newcommand|providecommand|let|futurelet)(?![a-z])/i;
const IS_FORMULA = ["math-inline", "math-display", "language-math"];

interface Options {
  /** The sentence that says that something is shown as it was written. */
  readonly note: string;
  readonly allowance: Allowance;
}

/** Before formulas are set and code is coloured. */
export function rehypeBoundedCode({ note, allowance }: Options) {
  return (tree: Root) => {
    let isNoted = false;
    allowance.restart();
    for (const { node } of descendants(tree)) {
      const { className } = node.properties;
      if (node.tagName !== "code" || !Array.isArray(className)) continue;
      const source = textOf(node);
      const isFormula = className.some((name) => IS_FORMULA.includes(String(name)));
      const isSafe = isFormula ? !DEFINITION.test(source) : mostOpen(source) <= OPEN;
      if (isSafe && allowance.spend(isFormula ? "formula" : "code", source.length)) continue;
      node.properties.className = [];
      isNoted ||= isFormula;
    }
    if (isNoted) tree.children.push(noted(note));
  };
}

function mostOpen(code: string): number {
  let open = 0;
  let most = 0;
  for (const [sign] of code.matchAll(/\/\*|\*\/|[[\](){}<>]/g)) {
    if (["/*", ..."[({<"].includes(sign)) most = Math.max(most, ++open);
    else open = Math.max(0, open - 1);
  }
  return most;
}

/** After it. */
export function rehypeBoundedDepth({ note }: Pick<Options, "note">) {
  return (tree: Root) => {
    const tooDeep = new Set<Element>();
    for (const { node, depth, formula } of descendants(tree)) if (depth > DEPTH) tooDeep.add(formula ?? node);
    let isNoted = false;
    for (const node of tooDeep) {
      const source = textOf(find(node, "annotation") ?? node);
      if (node.tagName === "math") Object.assign(node, { tagName: "code", properties: {} });
      // Of coloured code, only colours are lost.
      isNoted ||= !isColour(node);
      node.children = [{ type: "text", value: source }];
    }
    if (isNoted) tree.children.push(noted(note));
  };
}

function isColour({ properties }: Element): boolean {
  return [properties.className].flat().some((name) => String(name).startsWith("hljs-"));
}

interface Descendant {
  readonly node: Element;
  readonly depth: number;
  /** The formula that the element belongs to. */
  readonly formula: Element | null;
}

/** All elements, each before those within it: a loop, as the tree may be deeper than the stack. */
function* descendants(tree: Root | Element): Generator<Descendant> {
  type Place = { node: RootContent | ElementContent; depth: number; formula: Element | null };
  const below = (node: Root | Element, depth: number, formula: Element | null): Place[] =>
    node.children.map((child) => ({ node: child, depth, formula })).reverse();
  const open = below(tree, 1, null);
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { node, depth } = place;
    if (node.type !== "element") continue;
    const formula = place.formula ?? (node.tagName === "math" ? node : null);
    yield { node, depth, formula };
    for (const child of below(node, depth + 1, formula)) open.push(child);
  }
}

function find(tree: Element, tagName: string): Element | null {
  for (const { node } of descendants(tree)) if (node.tagName === tagName) return node;
  return null;
}

function textOf(element: Element): string {
  const open: ElementContent[] = [element];
  let text = "";
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "text") text += node.value;
    else if (node.type === "element") for (const child of [...node.children].reverse()) open.push(child);
  }
  return text;
}

function noted(note: string): Element {
  return { type: "element", tagName: "p", properties: {}, children: [{ type: "text", value: note }] };
}
