/** A dollar sign before a sum of money opens no formula: "$150k and $190k". */

import type { Code, Effects, State, TokenizeContext } from "micromark-util-types";
import type { Processor } from "unified";

const DOLLAR = 36;

/** After `remarkMath`: what is added last is tried first. */
export function remarkMoney(this: Processor) {
  const data = this.data() as { micromarkExtensions?: unknown[] };
  (data.micromarkExtensions ??= []).push({ text: { [DOLLAR]: { name: "money", tokenize: sum } } });
}

function sum(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const { previous } = this;
  return (code) => {
    if (previous === DOLLAR) return nok(code);
    effects.enter("data");
    effects.consume(code);
    effects.exit("data");
    return effects.check({ tokenize: noFormula, partial: true }, ok, nok);
  };
}

/** A digit, and up to the next dollar sign a text that no formula ends with: a space before it, or a digit after it. */
function noFormula(effects: Effects, ok: State, nok: State): State {
  let isAfterSpace = false;
  return (code) => (isDigit(code) ? within(code) : nok(code));

  function within(code: Code): State | undefined {
    if (code === null) return nok(code);
    if (code === DOLLAR) return isAfterSpace ? ok(code) : take(code, "data", closed);
    isAfterSpace = code < 0 || code === 32;
    // Line endings are the codes -5 to -3.
    return take(code, code < -2 ? "lineEnding" : "data", within);
  }

  function closed(code: Code): State | undefined {
    return isDigit(code) ? ok(code) : nok(code);
  }

  function take(code: Code, token: "data" | "lineEnding", next: State): State {
    effects.enter(token);
    effects.consume(code);
    effects.exit(token);
    return next;
  }
}

function isDigit(code: Code): boolean {
  return code !== null && code >= 48 && code <= 57;
}
