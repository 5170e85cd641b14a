// Every component in every state on one page, for the eyes of those who build them. In dev builds only.

import { SheetControls } from "./SheetControls";
import { SheetIdentity } from "./SheetIdentity";
import { SheetStates } from "./SheetStates";
import styles from "./Sheet.module.css";
import { TooltipProvider } from "./Tooltip";

export default function Sheet() {
  return (
    <TooltipProvider>
      <div className={styles.sheet}>
        <SheetIdentity />
        <div className={styles.columns}>
          <SheetControls />
          <SheetStates />
        </div>
      </div>
    </TooltipProvider>
  );
}
