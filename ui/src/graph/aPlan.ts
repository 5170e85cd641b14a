// Any plan without a cycle, for tests: each step may depend on those before it.

import fc from "fast-check";

export interface AnyStep {
  id: string;
  prompt: string;
  dependsOn: string[];
}

export const aPlan: fc.Arbitrary<AnyStep[]> = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 14 })
  .map((rows) =>
    rows.map((others, index) => ({
      id: `s${index}`,
      prompt: `Do ${index}`,
      dependsOn: index === 0 ? [] : [...new Set(others.map((other) => `s${other % index}`))],
    })),
  );
