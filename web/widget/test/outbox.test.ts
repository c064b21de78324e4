import { beforeEach, describe, expect, it } from "vitest";
import { backoff } from "../src/services/backoff";
import { Memory } from "../src/services/memory";
import { Outbox } from "../src/services/outbox";

const at = (second: number): string => new Date(Date.UTC(2026, 10, 23, 12, 0, second)).toISOString();

describe("the outbox", () => {
  beforeEach(() => localStorage.clear());

  it("gives the next page what was not sent, oldest first, without the preview", () => {
    const outbox = new Outbox(new Memory());
    outbox.keep({ msg_id: "b", at: at(2), upload: "u-1", preview: "blob:x" });
    outbox.keep({ msg_id: "a", at: at(1), text: "我家停电了" });
    expect(new Outbox(new Memory()).left()).toEqual([
      { msg_id: "a", at: at(1), text: "我家停电了" },
      { msg_id: "b", at: at(2), upload: "u-1" },
    ]);
  });

  it("does not keep a picture that was never uploaded: nobody could send it", () => {
    const outbox = new Outbox(new Memory());
    outbox.keep({ msg_id: "a", at: at(1), preview: "blob:x" });
    expect(outbox.left()).toEqual([]);
  });

  it("of two tabs drops only what each has sent", () => {
    const [one, two] = [new Outbox(new Memory()), new Outbox(new Memory())];
    one.keep({ msg_id: "a", at: at(1), text: "甲" });
    two.keep({ msg_id: "b", at: at(2), text: "乙" });
    one.drop("a");
    expect(one.left().map(({ msg_id }) => msg_id)).toEqual(["b"]);
  });

  it("throws away what it cannot read", () => {
    localStorage.setItem("grid-chat:outbox:x", "{");
    localStorage.setItem("grid-chat:outbox:y", '{"a":1}');
    expect(new Outbox(new Memory()).left()).toEqual([]);
    expect(localStorage.length).toBe(0);
  });

  it("leaves nothing behind when cleared, and touches nothing else on the page", () => {
    localStorage.setItem("host", "1");
    const outbox = new Outbox(new Memory());
    outbox.keep({ msg_id: "a", at: at(1), text: "甲" });
    outbox.clear();
    expect(Object.keys(localStorage)).toEqual(["host"]);
  });
});

describe("memory", () => {
  it("serves this page where the browser keeps nothing", () => {
    const kept = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
    Object.defineProperty(globalThis, "localStorage", { configurable: true, get: () => { throw new Error("forbidden"); } });
    try {
      const memory = new Memory();
      memory.set("token", "t");
      expect([memory.get("token"), memory.keys("tok")]).toEqual(["t", ["token"]]);
      memory.delete("token");
      expect(memory.get("token")).toBeNull();
    } finally {
      if (kept) Object.defineProperty(globalThis, "localStorage", kept);
      else Reflect.deleteProperty(globalThis, "localStorage");
    }
  });
});

describe("the pause before a new try", () => {
  it("grows from a quarter of a second to 15 seconds and is never the same for all", () => {
    expect([backoff(0, () => 0), backoff(0, () => 1)]).toEqual([250, 500]);
    expect([backoff(99, () => 0), backoff(99, () => 1)]).toEqual([7500, 15000]);
  });
});
