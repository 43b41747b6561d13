/** An address written without signs round it ends before Chinese, Japanese or Korean text, and before its punctuation. */

import type { Link, Root, RootContent } from "mdast";

const EAST_ASIAN = /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]/;

export function remarkChineseLinks() {
  return (tree: Root) => {
    // A loop, as the tree may be deeper than the stack.
    const open: { children: RootContent[] }[] = [tree];
    for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
      parent.children = parent.children.flatMap((child) => (child.type === "link" ? split(child) : [child]));
      for (const child of parent.children) if ("children" in child) open.push(child as typeof parent);
    }
  };
}

function split(link: Link): RootContent[] {
  const [only] = link.children;
  if (link.children.length !== 1 || only?.type !== "text" || !isBare(link, only.value)) return [link];
  const end = only.value.search(EAST_ASIAN);
  if (end <= 0) return [link];
  const address = only.value.slice(0, end);
  const url = link.url.slice(0, link.url.length - only.value.length) + address;
  return [
    { ...link, url, children: [{ type: "text", value: address }] },
    { type: "text", value: only.value.slice(end) },
  ];
}

/** Nothing but the address was written: no text in brackets, no `<>`. */
function isBare({ url, position }: Link, text: string): boolean {
  const { start, end } = position ?? {};
  if (!url.endsWith(text) || !/^(?:https?:\/\/|www\.)/i.test(text)) return false;
  return (
    start?.offset === undefined || end?.offset === undefined || end.offset - start.offset === text.length
  );
}
