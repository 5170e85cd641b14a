// What ties a control to the label, the hint and the error of the field that it stands in.

import { createContext, useContext } from "react";

export interface FieldWiring {
  controlId: string;
  describedBy: string | undefined;
  isInvalid: boolean;
  isRequired: boolean;
}

export const FieldContext = createContext<FieldWiring | null>(null);

interface Wired {
  id: string | undefined;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
}

/** The attributes of a control inside a `Field`; nothing outside of one. */
export function useFieldWiring(): Wired {
  const field = useContext(FieldContext);
  return {
    id: field?.controlId,
    "aria-describedby": field?.describedBy,
    "aria-invalid": field?.isInvalid === true ? true : undefined,
    "aria-required": field?.isRequired === true ? true : undefined,
  };
}
