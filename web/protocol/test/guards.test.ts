import fc from "fast-check";
import { describe, expect, it } from "vitest";
import cards from "../../fixtures/cards.json";
import messages from "../../fixtures/messages.json";
import { asAck, asCard, asMessage, asSession, asSessionConfirm, asTyping, asUpload } from "../src";

describe("messages", () => {
  it.each(messages.valid)("takes message $seq of the shared fixtures as it is", (message) => {
    expect(asMessage(message)).toEqual(message);
  });

  it.each(messages.invalid.map((message) => [JSON.stringify(message), message]))("refuses %s", (_, message) => {
    expect(asMessage(message)).toBeNull();
  });

  it.each(Object.entries(cards))("takes the %s card of the shared fixtures", (_, card) => {
    expect(asCard(card)).toEqual(card);
  });

  it.each(Object.entries(cards))("leaves a %s card out when a part is missing, but keeps the message", (name, { data }) => {
    for (const part of Object.keys(data)) {
      const { [part as keyof typeof data]: _, ...rest } = data;
      const broken = { seq: 1, id: "1", at: "", from: "bot", text: "看", card: { card: name, data: rest } };
      expect(asMessage(broken)?.text).toBe("看");
      if (["months", "steps", "lines", "items", "area"].includes(part)) expect(asMessage(broken)?.card).toBeUndefined();
    }
  });

  it("leaves out an unknown card, also one named like a property of every object", () => {
    for (const card of ["video", "constructor", "__proto__", "toString"]) expect(asCard({ card, data: {} })).toBeNull();
  });

  it("keeps only the buttons it can show and passes on no field it does not know", () => {
    const sent = { seq: 1, id: "1", at: "", from: "bot", html: "<b>", quick_replies: [{ id: "a", title: "是", payload: "/x" }, { id: 1 }] };
    expect(asMessage(sent)).toEqual({ seq: 1, id: "1", at: "", from: "bot", quick_replies: [{ id: "a", title: "是" }] });
  });
});

describe("everything else", () => {
  it("never throws, whatever arrives", () => {
    const guards = [asMessage, asCard, asSessionConfirm, asSession, asAck, asTyping, asUpload];
    fc.assert(fc.property(fc.anything(), (value) => void guards.map((guard) => guard(value))));
  });

  it("counts an answer that is no answer as busy, so that the message is sent again", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const ack = asAck(value);
        fc.pre((value as { ok?: unknown } | null)?.ok !== true);
        expect(ack.ok).toBe(false);
      }),
    );
    expect(asAck(null)).toEqual({ ok: false, error: { code: "busy", message: "" } });
  });

  it("drops broken messages of a replay and keeps the others", () => {
    const confirm = asSessionConfirm({ last_seq: 9, owner: "agent", messages: [...messages.invalid, ...messages.valid] });
    expect(confirm?.messages).toEqual(messages.valid);
  });
});
