// A value that is saved when its field is left. One that is refused stays as it was written, with the reason; what
// another window saved meanwhile shows as soon as nobody is writing.

import { useState } from "react";

import { sentenceOf } from "./useSettings";

export function useSavedOnLeave<T>(value: T, save: (value: T) => Promise<void>) {
  const [draft, setDraft] = useState<{ value: T } | null>(null);
  const [error, setError] = useState<string>();
  const written = draft === null ? value : draft.value;
  const leave = async () => {
    if (draft === null || draft.value === value) {
      setDraft(null);
      return setError(undefined);
    }
    try {
      await save(draft.value);
      setDraft(null);
      setError(undefined);
    } catch (refusal) {
      setError(sentenceOf(refusal));
    }
  };
  return { written, setWritten: (next: T) => setDraft({ value: next }), error, leave };
}
