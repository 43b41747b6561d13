/** Of HTML, a line break and a key are elements, without attributes; everything else stays text. */

import type { Root, RootContent } from "mdast";

export function remarkSafeElements() {
  return (tree: Root) => {
    // A loop, as the tree may be deeper than the stack.
    const open: { children: RootContent[] }[] = [tree];
    for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
      parent.children = withElements(parent.children);
      for (const child of parent.children) if ("children" in child) open.push(child as typeof parent);
    }
  };
}

function withElements(nodes: readonly RootContent[]): RootContent[] {
  const result: RootContent[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const [node, text, end] = nodes.slice(index, index + 3);
    if (isHtml(node, /^<br ?\/?>$/i)) result.push({ type: "break" });
    else if (isHtml(node, /^<kbd>$/i) && text?.type === "text" && isHtml(end, /^<\/kbd>$/i)) {
      result.push({ type: "emphasis", children: [text], data: { hName: "kbd" } });
      index += 2;
    } else result.push(node!);
  }
  return result;
}

function isHtml(node: RootContent | undefined, tag: RegExp): boolean {
  return node?.type === "html" && tag.test(node.value);
}
