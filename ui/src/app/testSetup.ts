// What every unit test of the screens starts with.

import { startTexts } from "../texts/i18n";

await startTexts("en");
