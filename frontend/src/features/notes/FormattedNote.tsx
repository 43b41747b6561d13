/** A note as it reads: a chunk of its own, as lessons are. */

import { useMemo } from "react";

import { bounded } from "../artefacts/tutorial/bounds";
import { Markdown } from "../artefacts/tutorial/Markdown";

export default function FormattedNote({ text }: { readonly text: string }) {
  const [shown] = useMemo(() => bounded([text]), [text]);
  return <Markdown text={shown!} />;
}
