import type { Card, Message } from "@gridcare/protocol";
import { html, render, type TemplateResult } from "lit";
import { beforeEach, describe, expect, it } from "vitest";
import cards from "../../fixtures/cards.json";
import messages from "../../fixtures/messages.json";
import { BillHistoryCard } from "../src/components/cards/bill-history";
import { asksToSend, composer, lengthOf } from "../src/components/composer";
import { head } from "../src/components/head";
import { safeImage } from "../src/components/message";
import { talk, typing } from "../src/components/talk";
import type { View } from "../src/components/view";
import { EMPTY, type State } from "../src/store";
import { zhCN } from "../src/text";

const server = "https://grid.example";
let done: unknown[][];

function view(state: Partial<State> = {}): View {
  const note = (name: string) => (...values: unknown[]) => void done.push([name, ...values]);
  const chat = {
    server,
    sessions: { limits: { text: 10, upload_bytes: 100 } },
    say: note("say"),
    choose: note("choose"),
    retry: note("retry"),
    drop: note("drop"),
  };
  return { state: { ...EMPTY, settled: true, ...state }, chat, text: zhCN, locale: "zh-CN" };
}

function draw(template: TemplateResult): HTMLElement {
  const place = document.createElement("div");
  render(template, place);
  return place;
}

const shown = (list: unknown[], state: Partial<State> = {}): HTMLElement =>
  draw(talk(view({ messages: list as Message[], ...state }), true, () => {}));
const withCard = (card: unknown): HTMLElement => shown([{ seq: 1, id: "1", at: "2026-11-23T20:15:00+08:00", from: "bot", card }]);
const words = (place: Element | null): string => (place?.textContent ?? "").replace(/\s+/g, " ").trim();
const button = (place: HTMLElement, name: string): HTMLButtonElement | undefined =>
  [...place.querySelectorAll("button")].find((each) => words(each) === name);

beforeEach(() => {
  done = [];
});

describe("the talk", () => {
  it("shows every kind of author of the shared fixtures, in a log that screen readers follow", () => {
    const place = shown(messages.valid);
    expect(place.querySelector("[role=log]")?.getAttribute("aria-live")).toBe("polite");
    for (const author of ["bot", "customer", "agent", "system"]) expect(place.querySelector(`.message.${author}`)).not.toBeNull();
    expect(words(place)).toContain("人工客服 小王");
    expect(place.querySelector("img")?.getAttribute("src")).toBe(`${server}/api/v1/web/uploads/abc?sig=def`);
  });

  it("does not announce the history it replays", () => {
    const place = draw(talk(view({ messages: messages.valid as Message[] }), false, () => {}));
    expect(place.querySelector("[role=log]")?.getAttribute("aria-live")).toBe("off");
  });

  it("sends the id of a pressed button, and lets nobody press it twice", () => {
    const asked = messages.valid.slice(0, 3);
    button(shown(asked), "也没电")?.click();
    expect(done).toEqual([["choose", "b-2", "也没电"]]);
    const after = shown([...asked, { seq: 4, id: "4", at: "", from: "customer", text: "也没电" }]);
    const pressed = after.querySelector(".choice.chosen");
    expect([...after.querySelectorAll<HTMLButtonElement>(".choice")].every(({ disabled }) => disabled)).toBe(true);
    expect(words(pressed)).toContain("已选");
  });

  it("offers to send again what could not be sent", () => {
    const pending = [{ msg_id: "a", at: "", text: "你好", error: "没有发出去" }, { msg_id: "b", at: "", text: "在吗" }];
    const place = shown([], { pending });
    expect(words(place.querySelector("[role=alert]"))).toContain("没有发出去");
    expect(words(place)).toContain("发送中");
    button(place, "重新发送")?.click();
    button(place, "删除")?.click();
    expect(done).toEqual([["retry", "a"], ["drop", "a"]]);
  });

  it("begins with sentences to choose from", () => {
    button(shown([]), "我家停电了")?.click();
    expect(done).toEqual([["say", "我家停电了"]]);
  });

  it("says that somebody writes, in a region that is there before", () => {
    expect(draw(typing(view())).querySelector("[role=status]")?.children.length).toBe(0);
    expect(words(draw(typing(view({ typing: true }))))).toBe("正在输入…");
  });
});

describe("cards", () => {
  it("shows a bill with its tiers, adjustments and total, and says when the price is not verified", () => {
    const seen = words(withCard(cards.bill));
    for (const part of ["2026年10月电费", "第1档", "170 度 × 0.415", "70.55 元", "违约金", "合计", "100.02 元", "价格以营业厅公布为准"])
      expect(seen).toContain(part);
  });

  it("shows the steps of an order, the next one in Chinese and its usual end", () => {
    const place = withCard(cards.order);
    expect(place.querySelectorAll(".steps .done").length).toBe(2);
    expect(words(place.querySelector(".steps .todo"))).toContain("下一步：到达现场");
    expect(words(place)).toContain("通常不晚于 11月23日");
  });

  it("invents no time for an outage that has none", () => {
    const seen = words(withCard({ card: "outage", data: { ...cards.outage.data, eta: null, eta_source: null } }));
    expect(seen).toContain("还没有准确时间");
    expect(words(withCard(cards.outage))).toContain("现场人员反馈");
  });

  it("tells documents at hand from those to bring in words, not only by colour", () => {
    const rows = [...withCard(cards.documents).querySelectorAll("li")].map(words);
    expect(rows).toEqual(["新户主身份证 已有", "房屋产权证明 需准备", "原户主同意过户的书面材料 需准备"].map((row) => row.replace(" ", "")));
  });

  it("draws a bar for each month, tells the tapped one, and has the same numbers in a table", async () => {
    const element = new BillHistoryCard();
    element.data = (cards.bill_history as Extract<Card, { card: "bill_history" }>).data;
    document.body.append(element);
    await element.updateComplete;
    const root = element.shadowRoot as ShadowRoot;
    expect(words(root.querySelector(".value"))).toBe("2026年10月 100.02 元");
    root.querySelectorAll("g")[9]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await element.updateComplete;
    expect(words(root.querySelector(".value"))).toBe("2026年8月 194.90 元");
    root.querySelectorAll<HTMLButtonElement>(".measures button")[1]?.click();
    await element.updateComplete;
    expect(words(root.querySelector(".value"))).toBe("2026年8月 412 度");
    expect(root.querySelectorAll("tbody tr").length).toBe(12);
    expect(root.querySelector("svg")?.getAttribute("aria-label")).toContain("2025年11月 268 度");
    const heights = [...root.querySelectorAll(".bar")].map((bar) => Number(bar.getAttribute("height")));
    expect(heights.indexOf(Math.max(...heights))).toBe(9);
  });

  it("draws months with refunds, units in the text or nothing to compare without a broken bar", async () => {
    const element = new BillHistoryCard();
    const months = [{ month: "2026-01", kwh: "268度", yuan: "-12.00" }, { month: "2026-02", kwh: "", yuan: "0.00" }];
    element.data = { account: "01*******0123", months };
    document.body.append(element);
    await element.updateComplete;
    for (const bar of element.shadowRoot?.querySelectorAll(".bar") ?? []) expect(Number(bar.getAttribute("height"))).toBeGreaterThan(0);
    expect(words(element.shadowRoot?.querySelector("tbody") ?? null)).toContain("268 度");
  });
});

describe("the head", () => {
  const actions = { heading: "客服", hotline: "95598", switchElder: null, askClear: () => {}, close: () => {} };

  it("always has a person and the hotline", () => {
    const place = draw(head(view(), actions));
    button(place, "转人工")?.click();
    expect(done).toEqual([["say", "转人工"]]);
    expect(place.querySelector("a")?.getAttribute("href")).toBe("tel:95598");
  });

  it("names the agent who holds the talk, and says so when the line is broken", () => {
    const agent = { owner: "agent", connection: "online", messages: messages.valid as Message[] } as const;
    expect(words(draw(head(view(agent), actions)).querySelector("[role=status]"))).toBe("小王 正在为您服务");
    expect(words(draw(head(view({ connection: "offline" }), actions)))).toContain("正在重连");
  });
});

describe("the composer", () => {
  const key = (init: KeyboardEventInit & { keyCode?: number }): KeyboardEvent => new KeyboardEvent("keydown", { key: "Enter", ...init });
  const actions = { write: () => {}, attach: () => {}, send: () => void done.push(["send"]) };
  const draft = (text: string) => draw(composer(view(), { text, picture: null, preview: "" }, actions));

  it("sends on Enter, but not while a word is being composed, nor with Shift", () => {
    expect(asksToSend(key({}))).toBe(true);
    expect(asksToSend(key({ isComposing: true }))).toBe(false);
    expect(asksToSend(Object.defineProperty(key({}), "keyCode", { value: 229 }))).toBe(false);
    expect(asksToSend(key({ shiftKey: true }))).toBe(false);
  });

  it("does not send nothing, nor more than the limit, and counts characters as the server does", () => {
    for (const text of ["", "   ", "一二三四五六七八九十一"]) {
      const place = draft(text);
      place.querySelector("textarea")?.dispatchEvent(key({ bubbles: true }));
      expect(place.querySelector<HTMLButtonElement>(".send")?.disabled).toBe(true);
    }
    expect(done).toEqual([]);
    draft("停电了").querySelector("textarea")?.dispatchEvent(key({ bubbles: true }));
    expect(done).toEqual([["send"]]);
    expect(lengthOf("👍电")).toBe(2);
  });

  it("counts only near the limit, and says what to do above it", () => {
    expect(draft("停电").querySelector(".count")).toBeNull();
    expect(words(draft("一二三四五六七八九").querySelector(".count"))).toBe("9/10");
    expect(words(draft("一二三四五六七八九十一").querySelector("[role=alert]"))).toContain("最多10个字");
  });
});

describe("pictures", () => {
  it.each([
    ["/api/v1/web/uploads/a?sig=b", `${server}/api/v1/web/uploads/a?sig=b`],
    ["blob:https://grid.example/1", "blob:https://grid.example/1"],
    ["https://evil.example/a.png", null],
    ["//evil.example/a.png", null],
    ["data:image/svg+xml,<svg onload=x>", null],
    ["javascript:alert(1)", null],
    ["http://", null],
  ])("%s → %s", (url, expected) => expect(safeImage(url, server)).toBe(expected));
});

it("has no style attribute in any template: the policy of the page would block it", () => {
  const place = draw(html`${talk(view({ messages: messages.valid as Message[] }), true, () => {})}`);
  expect(place.innerHTML).not.toContain("style=");
});
