// The start of every window and every page.

import "../styles/fonts.css";
import "../styles/tokens.css";
import "../styles/base.css";

import { createRoot } from "react-dom/client";

import { appearance } from "../appearance/appearance";
import { startTexts } from "../texts/i18n";
import { App } from "./App";

const place = document.getElementById("root");
if (!place) throw new Error("The page has no #root.");

startTexts(appearance().language).then(() => createRoot(place).render(<App />));
