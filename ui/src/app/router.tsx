// The routes: where I am is in the address, in the browser and in the window alike.

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";

import { firstRunPlan } from "./firstRun";
import { NotFound } from "./NotFound";
import { Crash } from "./Crash";
import { readEditorSearch, readExecutionSearch, readExecutionsSearch, readPlansSearch } from "./search";
import { Shell } from "./Shell";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Crash,
});

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    const planId = await firstRunPlan(context.queries);
    if (planId !== null) throw redirect({ to: "/plans/$planId", params: { planId }, search: { tab: "run" } });
    throw redirect({ to: "/plans" });
  },
});

const plans = createRoute({
  getParentRoute: () => root,
  path: "/plans",
  validateSearch: readPlansSearch,
  component: lazyRouteComponent(() => import("../features/plans/PlansPage")),
});

const editor = createRoute({
  getParentRoute: () => root,
  path: "/plans/$planId",
  validateSearch: readEditorSearch,
  component: lazyRouteComponent(() => import("../features/editor/EditorPage")),
});

const executions = createRoute({
  getParentRoute: () => root,
  path: "/executions",
  validateSearch: readExecutionsSearch,
  component: lazyRouteComponent(() => import("../features/executions/ExecutionsPage")),
});

const execution = createRoute({
  getParentRoute: () => root,
  path: "/executions/$executionId",
  validateSearch: readExecutionSearch,
  component: lazyRouteComponent(() => import("../features/executions/ExecutionPage")),
});

const settingsStart = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "providers" } });
  },
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("../features/settings/SettingsPage")),
});

const routeTree = root.addChildren([start, plans, editor, executions, execution, settingsStart, settings]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: Crash,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
