import { describe, expect, it } from "vitest";
import { clock, counts, inbox, priorityClass, speaks, unreadOfMine, waited } from "../src/inbox";
import { EMPTY, NO_FILTERS, type State } from "../src/store";
import { ago, me, mine, NOW, row } from "./samples";

const ROWS = [
  row({ id: "new", since: ago(10) }),
  row({ id: "old", since: ago(500), skill: "billing", channel: "wechat", priority: 2 }),
  row({ id: "danger", since: ago(1), hazard: true, priority: 0 }),
  mine({ id: "mine", since: ago(900), last_seq: 5, read_seq: 3, title: "张**" }),
  mine({ id: "theirs", agent: "a02", since: ago(800), last_seq: 9, read_seq: 0 }),
];
const state = (change: Partial<State> = {}): State => ({ ...EMPTY, me: me(), rows: new Map(ROWS.map((each) => [each.id, each])), tab: "all", ...change });
const ids = (change: Partial<State>): string[] => inbox(state(change)).map(({ id }) => id);

describe("the inbox", () => {
  it("shows mine, those nobody has, and all", () => {
    expect(ids({ tab: "mine" })).toEqual(["mine"]);
    expect(ids({ tab: "unassigned" })).toEqual(["danger", "old", "new"]);
    expect(counts(state())).toEqual({ mine: 1, unassigned: 3, all: 5 });
  });

  it("puts danger first and then who waits longest, or what is asked for", () => {
    expect(ids({})).toEqual(["danger", "mine", "theirs", "old", "new"]);
    expect(ids({ filters: { ...NO_FILTERS, sort: "priority" } })).toEqual(["danger", "old", "mine", "theirs", "new"]);
    expect(ids({ filters: { ...NO_FILTERS, sort: "latest" } })).toEqual(["danger", "new", "old", "theirs", "mine"]);
  });

  it.each([
    [{ channel: "wechat" }, ["old"]],
    [{ skill: "billing" }, ["old"]],
    [{ status: "HUMAN" }, ["mine", "theirs"]],
    [{ priority: "danger" }, ["danger"]],
    [{ priority: "urgent" }, ["old"]],
    [{ words: "张" }, ["mine"]],
    [{ words: "没有这样的" }, []],
  ])("narrows by %o", (filters, expected) => {
    expect(ids({ filters: { ...NO_FILTERS, ...filters } })).toEqual(expected);
  });

  it("counts the unread of my own conversations only", () => {
    expect(unreadOfMine(state())).toBe(2);
  });
});

describe("clocks", () => {
  it.each([
    [null, "none"],
    [ago(-300), "calm"],
    [ago(-30), "soon"],
    [ago(1), "late"],
  ])("due at %s is %s", (due_at, expected) => {
    expect(clock({ due_at }, NOW)).toBe(expected);
  });

  it("count the wait from the moment the customer asked", () => {
    expect(waited(row({ since: ago(61) }), NOW)).toBe(61);
  });
});

it("only the agent who has the word speaks", () => {
  expect(speaks(mine(), "a01")).toBe(true);
  expect(speaks(mine(), "a02")).toBe(false);
  expect(speaks(mine({ state: "WRAP" }), "a01")).toBe(false);
  expect(speaks(row(), "a01")).toBe(false);
  expect(speaks(undefined, "a01")).toBe(false);
});

it.each([[0, "danger"], [3, "urgent"], [4, "normal"]])("priority %i is %s", (priority, expected) => {
  expect(priorityClass(row({ priority }))).toBe(expected);
});
