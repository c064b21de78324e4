import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY, type Event, lastSeq, merge, reduce, type State } from "../src/store";
import { detail, me, message, mine, row } from "./samples";

const after = (...events: Event[]): State => events.reduce(reduce, EMPTY);
const open = { type: "opened", id: "c-1" } as const;
const rowOf = (state: State, id = "c-1") => state.rows.get(id);

describe("rows", () => {
  it("are never put back to an older version", () => {
    const state = after({ type: "row", row: mine({ version: 3, agent: "a02" }) }, { type: "row", row: row({ version: 2 }) });
    expect(rowOf(state)?.agent).toBe("a02");
  });

  it("leave the list when the conversation is closed", () => {
    expect(after({ type: "row", row: row() }, { type: "row", row: row({ state: "CLOSED", version: 2 }) }).rows.size).toBe(0);
  });

  it("stay read when an older count of the read arrives late", () => {
    const state = after({ type: "row", row: row({ read_seq: 1 }) }, { type: "read", id: "c-1", seq: 3 }, { type: "row", row: row({ read_seq: 1, last_seq: 4 }) });
    expect(rowOf(state)?.read_seq).toBe(3);
  });

  it("change the open conversation with them", () => {
    const state = after(open, { type: "detail", id: "c-1", detail: detail() }, { type: "row", row: mine({ version: 5, agent: "a02" }) });
    expect(state.talk?.detail?.row.agent).toBe("a02");
  });
});

describe("the open conversation", () => {
  it("shows each message once and in order, however they come", () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7], { minLength: 7 });
    fc.assert(
      fc.property(order, fc.array(fc.integer({ min: 1, max: 7 })), (first, again) => {
        const messages = [...first, ...again].map((seq) => message(seq));
        expect(merge([], messages).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      }),
    );
  });

  it("puts a note after the message it was written after", () => {
    const note = message(0, { id: "n", seq: null, after_seq: 2, from: "note" });
    expect(merge([note], [message(3), message(1), message(2)]).map(({ id }) => id)).toEqual(["m1", "m2", "n", "m3"]);
    expect(lastSeq(after(open, { type: "messages", id: "c-1", messages: [note, message(2)] }).talk)).toBe(2);
  });

  it("takes nothing that belongs to another conversation", () => {
    expect(after(open, { type: "messages", id: "c-2", messages: [message(1)] }).talk?.messages).toEqual([]);
  });

  it("keeps what was refused, with its reason, until it is sent again or dropped", () => {
    const pending = { msg_id: "p", text: "您好", note: false };
    const refused = after(open, { type: "queued", id: "c-1", pending }, { type: "refused", id: "c-1", msg_id: "p", error: "没有成功" });
    expect(refused.talk?.pending).toEqual([{ ...pending, error: "没有成功" }]);
    expect(reduce(refused, { type: "dropped", id: "c-1", msg_id: "p" }).talk?.pending).toEqual([]);
  });

  it("does not show a message twice when the line is faster than the answer", () => {
    const said = message(4, { from: "agent", msg_id: "p" });
    const queued = { type: "queued", id: "c-1", pending: { msg_id: "p", text: "您好", note: false } } as const;
    const state = after(open, queued, { type: "messages", id: "c-1", messages: [said] }, { type: "taken", id: "c-1", msg_id: "p", message: said });
    expect(state.talk?.messages).toHaveLength(1);
    expect(state.talk?.pending).toEqual([]);
  });

  it("forgets revealed values when told, and with the conversation", () => {
    const shown = after(open, { type: "revealed", id: "c-1", field: "phone", value: "13800000058" });
    expect(shown.talk?.revealed).toEqual({ phone: "13800000058" });
    expect(reduce(shown, { type: "revealed", id: "c-1", field: "phone", value: null }).talk?.revealed).toEqual({});
    expect(reduce(shown, { type: "opened", id: "c-2" }).talk?.revealed).toEqual({});
  });
});

it("nothing of customers or colleagues stays after logging out", () => {
  const state = after({ type: "login", me: me() }, { type: "row", row: row() }, open, { type: "logout", notice: "再见" });
  expect(state).toEqual({ ...EMPTY, settled: true, notice: "再见" });
});

it("a change of my own presence changes me", () => {
  const state = after({ type: "login", me: me() }, { type: "agent", agent: { name: "a01", display: "小王", state: "busy", skills: [], load: 1, capacity: 3 } });
  expect([state.me?.state, state.me?.capacity]).toEqual(["busy", 3]);
});
