import { afterEach, describe, expect, it } from "vitest";

import { showLanguage } from "../texts/i18n";
import * as format from "./format";
import { readNumber } from "./NumberField";

/** German writes a no-break space before a sign; tests do not care which space. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

afterEach(() => showLanguage("en"));

describe("in English", () => {
  it("writes money with four decimals under a dollar and two above", () => {
    expect(format.money(0.1235)).toBe("$0.1235");
    expect(format.money(0.002)).toBe("$0.0020");
    expect(format.money(2.857)).toBe("$2.86");
    expect(format.money(1234.5)).toBe("$1,234.50");
    expect(format.money(0)).toBe("$0");
    expect(format.money(null)).toBe("unknown");
    expect(format.money(0.05, { isAtLeast: true })).toBe("at least $0.0500");
  });
  it("writes averages and ranges shorter", () => {
    expect(format.moneyRoughly(0.2134)).toBe("$0.21");
    expect(format.moneyRoughly(0.034)).toBe("$0.034");
    expect(format.moneyRoughly(0.008)).toBe("$0.008");
    expect(format.moneyRoughly(0)).toBe("$0");
    expect(format.moneyRange(0.19, 0.26)).toBe("$0.19 to $0.26");
    expect(format.moneyRange(0.19, 0.19)).toBe("$0.19");
  });
  it("writes durations", () => {
    expect(format.elapsed(52_449)).toBe("0:52.4");
    expect(format.elapsed(4_000)).toBe("0:04.0");
    expect(format.elapsed(3_725_000)).toBe("1:02:05");
    expect(format.duration(19_234)).toBe("19.2 s");
    expect(format.duration(240)).toBe("240 ms");
    expect(format.duration(98_000)).toBe("1:38");
    expect(format.duration(59_980)).toBe("1:00");
    expect(format.duration(null)).toBe("unknown");
    expect(format.clock(9_000)).toBe("0:09");
  });
  it("writes what is left", () => {
    expect(format.timeLeft(41 * 60_000)).toBe("41 min");
    expect(format.timeLeft(130 * 60_000)).toBe("2 h 10 min");
    expect(format.timeLeft(120 * 60_000)).toBe("2 h");
    expect(format.timeLeft(86_400_000)).toBe("1 day");
    expect(format.timeLeft(4_200)).toBe("4 s");
  });
  it("writes numbers, tokens, bytes, scores", () => {
    expect(format.number(57_522)).toBe("57,522");
    expect(format.tokens(57_522)).toBe("57,522 tokens");
    expect(format.bytes(0)).toBe("0 B");
    expect(format.bytes(74_100)).toBe("74 kB");
    expect(format.bytes(1_240_000)).toBe("1.2 MB");
    expect(format.percent(0.184)).toBe("18 %");
    // Never rounded up to a threshold.
    expect(format.score(0.8499)).toBe("0.84");
    expect(format.score(0.29)).toBe("0.29");
  });
  it("writes dates from near to far", () => {
    const now = new Date(2026, 10, 24, 16, 0);
    expect(format.day(new Date(2026, 10, 24, 14, 2), now)).toBe("today 14:02");
    expect(format.day(new Date(2026, 10, 23, 23, 59), now)).toBe("yesterday");
    expect(format.day(new Date(2026, 10, 20, 9), now)).toBe("20 Nov");
    expect(format.day(new Date(2025, 10, 20, 9), now)).toBe("20 Nov 2025");
    expect(format.ago(new Date(2026, 10, 24, 15, 51), now)).toBe("9 min ago");
    expect(format.ago(new Date(2026, 10, 24, 13, 0), now)).toBe("3 h ago");
    expect(format.ago(new Date(2026, 10, 24, 15, 59, 40), now)).toBe("just now");
    expect(format.absolute(new Date(2026, 10, 20, 14, 6, 52))).toBe("20 Nov 2026, 14:06:52");
  });
});

it("writes German as German does", async () => {
  await showLanguage("de");
  const now = new Date(2026, 10, 24, 16, 0);
  expect(plain(format.money(0.1235))).toBe("0,1235 $");
  expect(format.number(57_522)).toBe("57.522");
  expect(format.elapsed(52_449)).toBe("0:52,4");
  expect(plain(format.duration(19_234))).toBe("19,2 s");
  expect(format.day(new Date(2026, 10, 24, 14, 2), now)).toBe("heute 14:02");
  expect(format.ago(new Date(2026, 10, 24, 15, 51), now)).toBe("vor 9 Min");
  expect(format.timeLeft(86_400_000)).toBe("1 Tag");
});

it("reads numbers with a point or a comma", () => {
  expect(readNumber("0,85")).toBe(0.85);
  expect(readNumber("0.5")).toBe(0.5);
  expect(readNumber(" ")).toBeNull();
  expect(readNumber("12a")).toBeNaN();
});
