// What stands around every screen: the rail, the bar of a lost connection, toasts, palette and the list of keys.

import { Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { isActionName, useAction, useRegistry } from "../actions";
import { changeAppearance, useAppearance } from "../appearance/appearance";
import { ToastRegion } from "../components/Toast";
import { TooltipProvider } from "../components/Tooltip";
import { OfflineBar } from "./OfflineBar";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";

// Nobody needs these before the first key press.
const Palette = lazy(() => import("./Palette"));
const KeysDialog = lazy(() => import("./KeysDialog"));

export function Shell() {
  const { t } = useTranslation("app");
  const registry = useRegistry();
  const navigate = useNavigate();
  const { theme, language } = useAppearance();
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [areKeysOpen, setKeysOpen] = useState(false);

  useAction("palette.open", () => setPaletteOpen((isOpen) => !isOpen));
  useAction("help.keys", () => setKeysOpen(true));
  useAction("go.plans", () => void navigate({ to: "/plans" }));
  useAction("go.executions", () => void navigate({ to: "/executions" }));
  useAction("go.settings", () => void navigate({ to: "/settings" }));
  useAction("theme.system", () => changeAppearance({ theme: "system" }));
  useAction("theme.light", () => changeAppearance({ theme: "light" }));
  useAction("theme.dark", () => changeAppearance({ theme: "dark" }));
  useEffect(() => shell.follow(theme, language), [theme, language]);
  useEffect(
    () =>
      shell.onMenu((name) => {
        if (isActionName(name)) registry.perform(name);
      }),
    [registry],
  );

  return (
    <TooltipProvider>
      <div className={styles.shell}>
        <a className={styles.skip} href="#content">
          {t("skipToContent")}
        </a>
        <Rail />
        <div className={styles.content}>
          <OfflineBar />
          <main id="content" className={styles.main} tabIndex={-1}>
            <Suspense>
              <Outlet />
            </Suspense>
          </main>
          <ToastRegion />
        </div>
      </div>
      <Suspense>
        {isPaletteOpen && <Palette isOpen onOpenChange={setPaletteOpen} />}
        {areKeysOpen && <KeysDialog isOpen onOpenChange={setKeysOpen} />}
      </Suspense>
    </TooltipProvider>
  );
}
