/** A text with what was searched for marked in it. */

import { Fragment } from "react";

import type { MarkedText } from "../../shared/api/schema";

export function Highlighted({ text, matches }: MarkedText) {
  // Places are counted in characters, and not in halves of them.
  const characters = [...text];
  const between = (start: number, stop?: number) => characters.slice(start, stop).join("");
  let at = 0;
  const parts = matches.map(({ start, end }, index) => {
    const before = between(at, start);
    at = end;
    return (
      <Fragment key={index}>
        {before}
        <mark>{between(start, end)}</mark>
      </Fragment>
    );
  });
  return (
    <>
      {parts}
      {between(at)}
    </>
  );
}
