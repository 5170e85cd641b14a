// A refusal of the API as one error, and what a screen may say of it.

import type { ErrorBody, Issue } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: Issue[];
  readonly details: ErrorBody["details"] | null;
  readonly requestId: string | null;

  constructor(status: number, body: Partial<ErrorBody> & { message: string; code: string }, requestId: string | null) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.details = body.details ?? null;
    this.issues = body.details?.issues ?? [];
    this.requestId = requestId;
  }
}

/** There was no answer: the program has gone, or has not started yet. */
export class OfflineError extends Error {
  constructor(cause: unknown) {
    super("Planloom does not answer.", { cause });
    this.name = "OfflineError";
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}
