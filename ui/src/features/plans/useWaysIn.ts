// The ways in for plans that exist already: chosen, dropped or pasted files, and the clipboard.

import { type RefObject, useRef, useState } from "react";

import { useAction } from "../../actions";
import { type FileDrop, useFileDrop, usePaste } from "./useFileDrop";
import { type Importing, useImport } from "./useImport";

export interface WaysIn extends Pick<Importing, "progress" | "refused" | "dismiss"> {
  drop: FileDrop;
  /** The hidden field whose dialog is opened. */
  picker: RefObject<HTMLInputElement | null>;
  pick: () => void;
  takeFiles: (files: readonly File[]) => void;
  paste: () => void;
  /** The clipboard could be read by nobody but the paste key. */
  cannotPaste: boolean;
  dismissPaste: () => void;
}

export function useWaysIn(): WaysIn {
  const { progress, refused, dismiss, takeFiles, takeText } = useImport();
  const [cannotPaste, setCannotPaste] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const take = (files: readonly File[]) => void takeFiles(files);
  const takePasted = (text: string) => {
    setCannotPaste(false);
    void takeText(text);
  };
  const paste = async () => {
    let text: string;
    try {
      text = await navigator.clipboard.readText();
    } catch {
      // Some windows let nobody read the clipboard unasked; pasting by key always works.
      setCannotPaste(true);
      return;
    }
    takePasted(text);
  };
  const pick = () => picker.current?.click();
  const drop = useFileDrop(take);
  usePaste(take, takePasted);
  useAction("plan.import", pick);
  useAction("plan.paste", () => void paste());
  return {
    progress,
    refused,
    dismiss,
    drop,
    picker,
    pick,
    takeFiles: take,
    paste: () => void paste(),
    cannotPaste,
    dismissPaste: () => setCannotPaste(false),
  };
}
