/** Words of a heading, a question or an answer: code, emphasis and formulas in them are formatted, within the line. */

import { lazy, Suspense } from "react";

const InlineMarkdown = lazy(() => import("./Markdown").then((one) => ({ default: one.InlineMarkdown })));
const MARKUP = /[`*_~$\\[<&]|https?:|www\./i;

/** Formatting is a chunk of its own: until it is there, and where nothing is to be formatted, the text stands as it is. */
export function Inline({ text }: { readonly text: string }) {
  if (!MARKUP.test(text)) return text;
  return (
    <Suspense fallback={text}>
      <InlineMarkdown text={text} />
    </Suspense>
  );
}
