import type { Message } from "@gridcare/protocol";
import { asMessage } from "@gridcare/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { atOnce, inPlainWords } from "../src/components/elder";
import { keep, noticed, recall } from "../src/components/elder/kept";
import { Memory } from "../src/services/memory";
import { elderText, PLAIN_WORDS } from "../src/text/elder";

const bot = (at: string, elder?: boolean): Message => ({
  seq: 1,
  id: "m1",
  at,
  from: "bot",
  ...(elder === undefined ? {} : { profile: { elder } }),
});
const EIGHT = "2026-11-23T20:00:00+08:00";
const NINE = "2026-11-23T21:00:00+08:00";

describe("what the browser remembers of 长辈版", () => {
  beforeEach(() => localStorage.clear());

  it("begins undecided, and remembers a choice, its size and its pointer", () => {
    const memory = new Memory();
    expect(recall(memory)).toEqual({ on: null, size: 22, pointer: false, at: "" });
    keep(memory, { on: true, size: 30, pointer: true, at: NINE });
    expect(recall(new Memory())).toEqual({ on: true, size: 30, pointer: true, at: NINE });
  });

  it.each(["{", "null", '{"on":"yes","size":99,"pointer":1}'])("takes %s for nothing", (stored) => {
    localStorage.setItem("grid-chat:elder", stored);
    expect(recall(new Memory())).toMatchObject({ on: null, size: 22, pointer: false });
  });

  it("counts a wish the bot noticed only after the last decision", () => {
    const undecided = { on: null, size: 22, pointer: false, at: "" };
    expect(noticed([bot(EIGHT)], undecided)).toBe(false);
    expect(noticed([bot(EIGHT, true), bot(NINE)], undecided)).toBe(true);
    expect(noticed([bot(EIGHT, true)], { ...undecided, at: NINE })).toBe(false);
    expect(noticed([bot(NINE, true)], { ...undecided, on: false, at: EIGHT })).toBe(true);
  });
});

describe("plain words", () => {
  it("takes the place of the trade's, the longer before the shorter", () => {
    expect(inPlainWords("户号和工单号")).toBe("交电费那串数和单子号");
    expect(inPlainWords("户主姓名对不上")).toBe("电费单上的名字对不上");
  });

  it("needs no second pass and puts no word before its whole", () => {
    for (const [n, [trade, plain]] of PLAIN_WORDS.entries()) {
      expect(inPlainWords(plain)).toBe(plain);
      expect(PLAIN_WORDS.slice(0, n).filter(([earlier]) => trade.includes(earlier))).toEqual([]);
    }
  });

  it("offers four things to do", () => expect(elderText.tasks).toHaveLength(4));
});

describe("choices", () => {
  it.each([[1, 1, 0], [4, 4, 0], [5, 3, 2], [9, 3, 6]])("of %i shows %i at once and keeps %i back", (all, shown, kept) => {
    const [first, rest] = atOnce(Array.from({ length: all }, (_, n) => n));
    expect([first.length, rest.length]).toEqual([shown, kept]);
    expect([...first, ...rest]).toHaveLength(all);
  });
});

describe("a message's profile", () => {
  it("is taken when it says whether, and left out when it does not", () => {
    const message = { seq: 1, id: "m1", at: EIGHT, from: "bot" };
    expect(asMessage({ ...message, profile: { elder: true } })?.profile).toEqual({ elder: true });
    expect(asMessage({ ...message, profile: { elder: "yes" } })).not.toHaveProperty("profile");
  });
});
