// The form of the Run panel with its memory: another tab, another screen and a restart leave it as it was.

import { type Dispatch, useEffect, useReducer } from "react";

import { type FormAct, reduceForm, type RunForm } from "./form";
import { holdForm, keepForm, recallForm } from "./remembered";

/** Writing a large text into the browser's store at every key would be felt. */
const REST_MS = 500;

export function useRunForm(planId: string, start: () => RunForm): [RunForm, Dispatch<FormAct>] {
  const [form, act] = useReducer(reduceForm, null, () => recallForm(planId) ?? start());
  useEffect(() => {
    holdForm(planId, form);
    const keep = () => keepForm(planId, form);
    const timer = setTimeout(keep, REST_MS);
    addEventListener("pagehide", keep);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", keep);
    };
  }, [planId, form]);
  return [form, act];
}
