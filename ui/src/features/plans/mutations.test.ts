// Names of copies.

import { describe, expect, it } from "vitest";

import { LONGEST_NAME, nameOfCopy } from "./mutations";

const copy = (name: string, n: number) => (n === 1 ? `${name} copy` : `${name} copy ${n}`);

describe("nameOfCopy", () => {
  it("is one that no other plan has", () => {
    expect(nameOfCopy("claims", new Set(["claims"]), copy)).toBe("claims copy");
    expect(nameOfCopy("claims", new Set(["claims", "claims copy", "claims copy 2"]), copy)).toBe("claims copy 3");
  });

  it("stays within the limit", () => {
    const long = "x".repeat(LONGEST_NAME);
    expect(nameOfCopy(long, new Set(), copy)).toHaveLength(LONGEST_NAME);
    expect(nameOfCopy(long, new Set(), copy)).toMatch(/x copy$/);
  });
});
