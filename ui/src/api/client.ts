// The generated client over the one transport. Every answer is either data or an ApiError, never half of each.

import createClient from "openapi-fetch";

import { transport } from "#door";

import { ApiError, OfflineError } from "./problem";
import type { paths } from "./schema";
import type { ErrorBody, Pagination } from "./types";

export const client = createClient<paths>({
  baseUrl: location.origin.startsWith("http") ? location.origin : "http://planloom.local",
  fetch: async (request) => {
    try {
      return await transport.fetch(request);
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      throw new OfflineError(cause);
    }
  },
});

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What stands under `data`, or the refusal as an error. */
export async function data<T>(answer: Promise<Answered<{ data: T }>>): Promise<T> {
  return (await whole(answer)).data;
}

/** A list with its pagination. */
export async function list<T>(
  answer: Promise<Answered<{ data: T[]; pagination: Pagination }>>,
): Promise<{ items: T[]; pagination: Pagination }> {
  const { data: items, pagination } = await whole(answer);
  return { items, pagination };
}

async function whole<T>(answer: Promise<Answered<T>>): Promise<T> {
  const { data: body, error, response } = await answer;
  if (response.ok && body !== undefined) return body;
  throw refusal(response, error);
}

function refusal(response: Response, error: unknown): ApiError {
  const requestId = response.headers.get("X-Request-Id");
  const body = isFailure(error) ? error.error : null;
  if (body) return new ApiError(response.status, body, requestId);
  const message = `The answer was ${response.status}, without a reason.`;
  return new ApiError(response.status, { code: `HTTP_${response.status}`, message }, requestId);
}

function isFailure(value: unknown): value is { error: ErrorBody } {
  return typeof value === "object" && value !== null && "error" in value && typeof value.error === "object";
}
