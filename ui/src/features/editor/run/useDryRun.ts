// What a run would do and cost, asked again when what would be run has rested for a moment.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { client, data } from "../../../api/client";
import type { DryRun, DryRunRequest } from "../../../api/types";

const REST_MS = 400;

export interface Estimate {
  answer: DryRun | null;
  error: Error | null;
  /** What is shown is about what was there before. */
  isStale: boolean;
}

/** `request` keeps its identity while it says the same; null while it is not complete. `world` is what else matters. */
export function useDryRun(request: DryRunRequest | null, world: object): Estimate {
  const settled = useSettled(request);
  const {
    data: answer,
    error,
    isPlaceholderData,
    isFetching,
  } = useQuery({
    // A contract of some megabytes is no key of a cache, so its identity is.
    queryKey: ["plans", "dryRun", settled === null ? 0 : identityOf(settled), identityOf(world)],
    queryFn: ({ signal }) =>
      settled === null ? null : data(client.POST("/api/plans/dry-run", { body: settled, signal })),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  const isOther = request !== settled;
  if (request === null) return { answer: null, error: null, isStale: false };
  return {
    answer: answer ?? null,
    error: isOther || isPlaceholderData ? null : error,
    isStale: isOther || isPlaceholderData || isFetching,
  };
}

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

const identities = new WeakMap<object, number>();
let count = 0;

function identityOf(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  count += 1;
  identities.set(value, count);
  return count;
}
