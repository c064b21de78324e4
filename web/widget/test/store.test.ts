import type { Message } from "@gridcare/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerable, cursor, EMPTY, type Event, hasGap, reduce, type State, Store, unread } from "../src/store";

const at = "2026-11-23T20:15:00+08:00";
const bot = (seq: number, more: Partial<Message> = {}): Message => ({ seq, id: `s-${seq}`, at, from: "bot", text: `第${seq}句`, ...more });
const mine = (seq: number, msg_id: string): Message => bot(seq, { from: "customer", msg_id });
const run = (events: Event[], from: State = EMPTY): State => events.reduce(reduce, from);
const received = (message: Message): Event => ({ type: "received", message });
const queued = (msg_id: string): Event => ({ type: "queued", pending: { msg_id, at, text: msg_id } });
const confirmed = (messages: Message[]): Event => ({ type: "confirmed", confirm: { last_seq: messages.length, owner: "bot", messages } });

describe("a conversation", () => {
  it("is the same whatever order its messages arrive in and however often", () => {
    const talk = fc.integer({ min: 1, max: 30 }).chain((length) => {
      const messages = Array.from({ length }, (_, n) => (n % 3 ? bot(n + 1) : mine(n + 1, `m-${n + 1}`)));
      const once = fc.shuffledSubarray(messages, { minLength: length });
      return fc.tuple(fc.constant(messages), once, fc.array(fc.constantFrom(...messages)));
    });
    fc.assert(
      fc.property(talk, ([messages, once, again]) => {
        const state = run([...once, ...again].map(received));
        expect(state.messages).toEqual(messages);
        expect(cursor(state)).toBe(messages.length);
        expect(hasGap(state)).toBe(false);
      }),
    );
  });

  it("asks for exactly what is missing: a replay after the cursor always closes the gap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.func(fc.boolean()), (length, arrives) => {
        const messages = Array.from({ length }, (_, n) => bot(n + 1));
        const partly = run(messages.filter(({ seq }) => arrives(seq)).map(received));
        const healed = reduce(partly, confirmed(messages.filter(({ seq }) => seq > cursor(partly))));
        expect(healed.messages).toEqual(messages);
      }),
    );
  });

  it("shows each own message once, whichever of ack, echo and replay comes first, or several of them", () => {
    const news = fc.constantFrom<Event>(
      { type: "acked", msg_id: "m-1", seq: 1 },
      received(mine(1, "m-1")),
      confirmed([mine(1, "m-1")]),
    );
    fc.assert(
      fc.property(fc.array(news, { minLength: 1 }), (events) => {
        const state = run([queued("m-1"), ...events]);
        expect(state.messages.map(({ msg_id }) => msg_id)).toEqual(["m-1"]);
        expect(state.pending).toEqual([]);
      }),
    );
  });

  it("keeps what waits in the order it was written, after everything numbered", () => {
    const state = run([queued("a"), queued("b"), queued("c"), { type: "acked", msg_id: "b", seq: 1 }]);
    expect(state.pending.map(({ msg_id }) => msg_id)).toEqual(["a", "c"]);
    expect(state.messages.map(({ msg_id }) => msg_id)).toEqual(["b"]);
  });

  it("keeps a failed message until it is sent again or thrown away", () => {
    const failed = run([queued("a"), { type: "failed", msg_id: "a", error: "太长" }]);
    expect(failed.pending[0]?.error).toBe("太长");
    expect(run([{ type: "retried", msg_id: "a" }], failed).pending[0]).not.toHaveProperty("error");
    expect(run([{ type: "dropped", msg_id: "a" }], failed).pending).toEqual([]);
  });

  it("forgets everything when cleared, but stays open and connected", () => {
    const before = run([received(bot(1)), queued("a"), { type: "opened", open: true }, { type: "connection", connection: "online" }]);
    const state = reduce(before, { type: "cleared", pending: [] });
    expect(state).toEqual({ ...EMPTY, open: true, connection: "online" });
  });
});

describe("what the customer sees", () => {
  it("counts as unread what others said after the last message seen", () => {
    const state = run([received(bot(1)), received(mine(2, "m")), received(bot(3)), { type: "read", seq: 1 }]);
    expect(unread(state)).toBe(1);
    expect(unread(run([{ type: "read", seq: 3 }, { type: "read", seq: 1 }], state))).toBe(0);
  });

  it("lets buttons be pressed until something is said", () => {
    const asked = bot(1, { quick_replies: [{ id: "x", title: "是" }] });
    const open = run([received(asked), received(bot(2))]);
    expect(answerable(open, asked)).toBe(true);
    expect(answerable(run([queued("a")], open), asked)).toBe(false);
    expect(answerable(run([queued("a"), { type: "failed", msg_id: "a", error: "!" }], open), asked)).toBe(true);
    expect(answerable(run([received(mine(3, "b"))], open), asked)).toBe(false);
  });

  it("stops the typing sign when the answer comes or the line breaks", () => {
    const typing = run([{ type: "typing", on: true }]);
    expect(reduce(typing, received(bot(1))).typing).toBe(false);
    expect(reduce(typing, received(mine(1, "m"))).typing).toBe(true);
    expect(reduce(typing, { type: "connection", connection: "offline" }).typing).toBe(false);
  });

  it("is told of every change until it stops listening", () => {
    const store = new Store();
    const seen: number[] = [];
    const stop = store.subscribe(({ read }) => seen.push(read));
    store.dispatch({ type: "read", seq: 1 });
    stop();
    store.dispatch({ type: "read", seq: 2 });
    expect(seen).toEqual([1]);
  });
});
