import { render, screen } from "@testing-library/react";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import en from "../texts/en";
import { lookOf, segmentClass, TASK_STATUSES } from "./status";
import { StatusWord } from "./StatusWord";

const STATUSES = [
  "pending",
  "queued",
  "running",
  "awaiting_approval",
  "completed",
  "failed",
  "rejected",
  "skipped",
  "cancelled",
] as const;
const css = readFileSync(join(import.meta.dirname, "../styles/tokens.css"), "utf8");
const segments = readFileSync(join(import.meta.dirname, "segments.module.css"), "utf8");

describe("the status map", () => {
  it("has one icon, one word, one colour and one texture for each status, and none twice", () => {
    expect(Object.keys(TASK_STATUSES)).toEqual(STATUSES);
    const looks = Object.values(TASK_STATUSES);
    for (const part of ["icon", "word", "colour", "texture"] as const) {
      expect(new Set(looks.map((look) => look[part])).size, part).toBe(STATUSES.length);
    }
  });
  it.each([...STATUSES, "paused", "approved", "auto_approved", "expired", "spot_check"] as const)(
    "%s is complete",
    (status) => {
      const look = lookOf(status);
      expect(css).toContain(`--${look.colour}: #`);
      expect(css).toContain(`--${look.colour}-soft: #`);
      expect(segments).toContain(`.${look.colour} {`);
      expect(en.common.status[look.word]).toBeTruthy();
    },
  );
  it("has textures for what is no status", () => {
    for (const kind of ["scoring", "expected", "backoff"] as const)
      expect(segmentClass(kind)).not.toContain("undefined");
  });
  it("says the full word to screen readers where only the short one fits", () => {
    render(<StatusWord status="awaiting_approval" />);
    expect(screen.getByText("Awaiting").getAttribute("aria-hidden")).toBe("true");
    expect(screen.getByText("Awaiting approval").className).toBe("visually-hidden");
  });
});
