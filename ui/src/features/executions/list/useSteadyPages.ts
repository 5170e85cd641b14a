// Rows that stay where they are: while somebody points at the list, or has scrolled down, what is new waits above it,
// and what changes does so in its place.

import { useQueries } from "@tanstack/react-query";
import { useState } from "react";

import { type ExecutionFilter, PAGE } from "../../../api/queries";
import type { Execution } from "../../../api/types";
import { executionsPageQuery } from "../queries";

export interface SteadyPages {
  total: number;
  /** Undefined while its page is being read. */
  row: (index: number) => Execution | undefined;
  /** How many are new since the rows stand still. */
  newer: number;
  isReading: boolean;
  error: Error | null;
  retry: () => void;
  /** From now on rows keep their places. */
  hold: () => void;
  /** Shows what is new. */
  release: () => void;
}

interface Held {
  total: number;
  pages: ReadonlyMap<number, readonly Execution[]>;
}

export function useSteadyPages(filter: ExecutionFilter, firstRow: number, lastRow: number): SteadyPages {
  const [held, setHeld] = useState<Held | null>(null);
  const numbers = pagesOf(firstRow, lastRow + (held === null ? 0 : PAGE));
  const results = useQueries({ queries: numbers.map((page) => executionsPageQuery(filter, page)) });
  const pages = new Map<number, readonly Execution[]>();
  const byId = new Map<string, Execution>();
  for (const [index, number] of numbers.entries()) {
    const items = results[index]?.data?.items ?? [];
    if (items.length > 0) pages.set(number, items);
    for (const item of items) byId.set(item.id, item);
  }
  const first = results[0];
  const total = first?.data?.pagination.total ?? 0;
  const newer = held === null ? 0 : Math.max(0, total - held.total);
  return {
    total: held?.total ?? total,
    newer,
    isReading: first?.isPending ?? true,
    error: first?.error ?? null,
    retry: () => void first?.refetch(),
    hold: () => setHeld((before) => before ?? { total, pages }),
    release: () => setHeld(null),
    row: (index) => {
      const kept = held?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
      // A page that came into sight later has moved down by what is new.
      const at = index + newer;
      const item = kept ?? pages.get(Math.floor(at / PAGE))?.[at % PAGE];
      return item && (byId.get(item.id) ?? item);
    },
  };
}

/** The pages of these rows. The first one is always among them: it knows how many rows there are. */
export function pagesOf(firstRow: number, lastRow: number): number[] {
  const first = Math.floor(Math.max(0, firstRow) / PAGE);
  const last = Math.max(first, Math.floor(Math.max(0, lastRow) / PAGE));
  return [...new Set([0, ...Array.from({ length: last - first + 1 }, (_, index) => first + index)])];
}
