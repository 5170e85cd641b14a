// The catalogue of interface texts: English is always there, another language comes when it is chosen.

import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

import en from "./en";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const loaders: Record<Exclude<Language, "en">, () => Promise<{ default: Texts }>> = {
  de: () => import("./de"),
};

type Texts = typeof en;

export function isLanguage(text: string): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** The language of a system that prefers these. */
export function preferredLanguage(preferred: readonly string[]): Language {
  return preferred.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";
}

export async function startTexts(language: Language): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    defaultNS: "common",
    resources: { en },
    interpolation: { escapeValue: false },
    returnNull: false,
    // Names of actions contain points.
    keySeparator: ".",
  });
  await showLanguage(language);
  return i18next;
}

export async function showLanguage(language: Language): Promise<void> {
  if (language !== "en" && !i18next.hasResourceBundle(language, "common")) {
    const texts = (await loaders[language]()).default;
    for (const [namespace, bundle] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, bundle);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: Texts;
    returnNull: false;
  }
}
