/** What the author of a new quiz is asked to heed: which questions were wrong, and why. */

import type { ReportedQuestionView } from "../../shared/api/schema";

/** Characters of instructions that the server takes. */
const LONGEST = 2000;
/** Characters of a question that stand for it. */
const SHOWN = 150;

const BEGINNING =
  "The learner found these questions of the last quiz wrong. Ask others, and avoid the faults:";

/** As many reports as there is room for, the newest first. */
export function wishFor(reported: readonly Pick<ReportedQuestionView, "prompt" | "reason">[]): string {
  const lines = [BEGINNING];
  let length = BEGINNING.length;
  for (const { prompt, reason } of [...reported].reverse()) {
    const characters = [...prompt];
    const question = characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : prompt;
    const line = `- "${question}": ${reason}`.replace(/\s+/g, " ");
    length += line.length + 1;
    if (length > LONGEST) break;
    lines.push(line);
  }
  return lines.join("\n");
}
