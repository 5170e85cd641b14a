// Puts together what every screen stands on: query cache, live frames, actions, texts, and the gate of the browser.

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect, useState } from "react";

import { ActionContext, Registry, useKeys } from "../actions";
import { Live } from "../api/live";
import { LiveContext } from "../api/LiveContext";
import { makeQueryClient } from "../api/queries";
import { useAppearance } from "../appearance/appearance";
import { showLanguage } from "../texts/i18n";
import { Gate } from "./Gate";
import { makeRouter } from "./router";

export function App() {
  const [world] = useState(() => {
    const queries = makeQueryClient(() => live.refuse());
    const live = new Live(queries);
    return { queries, live, router: makeRouter(queries), actions: new Registry() };
  });
  const { language, singleKeys } = useAppearance();
  useKeys(world.actions, singleKeys);
  useEffect(() => {
    void showLanguage(language);
  }, [language]);
  return (
    <StrictMode>
      <ActionContext value={world.actions}>
        <LiveContext value={world.live}>
          <QueryClientProvider client={world.queries}>
            <Gate>
              <RouterProvider router={world.router} />
            </Gate>
          </QueryClientProvider>
        </LiveContext>
      </ActionContext>
    </StrictMode>
  );
}
