// What the address says of the list: words, tags, order, view. Changing it makes no new entry to go back to.

import { type RegisteredRouter, useNavigate, useSearch } from "@tanstack/react-router";

import { firstOrder, type Order, type Sort } from "./rows";

type InAddress = ReturnType<typeof useSearch<RegisteredRouter, "/plans">>;
type Change = { [K in keyof InAddress]?: InAddress[K] | undefined };
export type View = "table" | "cards";

export interface Address {
  search: string;
  tags: readonly string[];
  sort: Sort;
  order: Order;
  view: View;
  isArchived: boolean;
  /** Changes parts of it; what is undefined leaves it. */
  go: (change: Change) => void;
}

const NO_TAGS: readonly string[] = [];

export function useAddress(): Address {
  const { search = "", tags = NO_TAGS, sort = "changed", view = "table", ...rest } = useSearch({ from: "/plans" });
  const navigate = useNavigate({ from: "/plans" });
  return {
    search,
    tags,
    sort,
    order: rest.order ?? firstOrder(sort),
    view,
    isArchived: rest.archived === true,
    go: (change) => void navigate({ search: (old) => changed(old, change), replace: true, resetScroll: false }),
  };
}

function changed(old: InAddress, change: Change): InAddress {
  const { search, tags, sort, order, view, archived } = { ...old, ...change };
  return {
    ...(search === undefined ? {} : { search }),
    ...(tags === undefined ? {} : { tags }),
    ...(sort === undefined ? {} : { sort }),
    ...(order === undefined ? {} : { order }),
    ...(view === undefined ? {} : { view }),
    ...(archived === undefined ? {} : { archived }),
  };
}
