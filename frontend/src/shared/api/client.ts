/** Greenway's REST API, typed by its OpenAPI document; every fault becomes a `Fault` with a plain sentence. */

import createClient from "openapi-fetch";

import { ROOT } from "./root";
import type { FieldFault, Problem, paths } from "./schema";

export const api = createClient<paths>({ baseUrl: ROOT });
api.use({
  onError({ error }) {
    // The caller that aborted a request needs no sentence about it.
    return error instanceof DOMException && error.name === "AbortError" ? undefined : new Fault({}, 0);
  },
});

/** A refusal by the API, or, with the code `no_answer`, nothing that could be understood as its answer. */
export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly fields: readonly FieldFault[];
  readonly details: Readonly<Record<string, string | number>>;

  constructor(problem: Partial<Problem>, status: number) {
    super(problem.detail ?? "No answer.");
    this.code = problem.code ?? "no_answer";
    this.status = status;
    this.retryable = problem.retryable ?? true;
    this.fields = problem.errors ?? [];
    this.details = problem.details ?? {};
  }
}

/** What was answered, or the fault. */
export function unwrap<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data !== undefined) return answer.data;
  const problem = typeof answer.error === "object" && answer.error !== null ? answer.error : {};
  throw new Fault(problem, answer.response.status);
}

/** For what answers with nothing that is needed. */
export function done(answer: { error?: unknown; response: Response }): void {
  if (!answer.response.ok) unwrap({ error: answer.error, response: answer.response });
}

/** Statuses with which Greenway says that something it needs is away, or a proxy that Greenway is. */
const AWAY = [502, 503, 504];

/** Whether nothing answered that could have done what was asked. */
export function isAbsence(error: Error | null | undefined): boolean {
  return error instanceof Fault && (error.code === "no_answer" || isAway(error));
}

export function isAway({ status }: { readonly status: number }): boolean {
  return AWAY.includes(status);
}
