import { nothing, render, type TemplateResult } from "lit";
import { beforeEach, describe, expect, it } from "vitest";
import cards from "../../fixtures/cards.json";
import hostile from "../../fixtures/hostile-texts.json";
import { pagesOf } from "../src/components/bar";
import { board } from "../src/components/board";
import { BLANK, composer, type Draft } from "../src/components/composer";
import { dialog } from "../src/components/dialogs";
import { inbox } from "../src/components/inbox";
import { login } from "../src/components/login";
import { panel } from "../src/components/panel";
import { audit } from "../src/components/review";
import { head, log, others } from "../src/components/talk";
import type { Ask, View } from "../src/components/view";
import type { ConsoleMessage, Me, Role, Row } from "../src/contract";
import { Desk } from "../src/desk";
import { Alerts } from "../src/services/alerts";
import { Api } from "../src/services/api";
import type { Live } from "../src/services/live";
import { ago, agent, detail, me, message, mine, NOW, row } from "./samples";

let desk: Desk;
let asked: (Ask | null)[];

beforeEach(() => {
  asked = [];
  desk = new Desk(new Alerts(), new Api(), () => ({ typing: () => {} }) as unknown as Live);
});

/** The page of somebody who has this conversation open. */
function view(open: Row | null = mine(), who: Partial<Me> = {}, more: Parameters<typeof detail>[0] = {}): View {
  desk.store.dispatch({ type: "login", me: me(who) });
  if (open) {
    desk.store.dispatch({ type: "row", row: open });
    desk.store.dispatch({ type: "opened", id: open.id });
    desk.store.dispatch({ type: "detail", id: open.id, detail: detail({ row: open, ...more }) });
  }
  return { state: desk.state, desk, now: NOW, ask: (ask) => void asked.push(ask) };
}

function draw(template: TemplateResult | typeof nothing): HTMLElement {
  const place = document.createElement("div");
  render(template, place);
  return place;
}

const words = (place: Element | null | undefined): string => (place?.textContent ?? "").replace(/\s+/g, " ").trim();
const button = (place: HTMLElement, name: string) => [...place.querySelectorAll("button")].find((each) => words(each) === name);
const buttons = (place: HTMLElement) => [...place.querySelectorAll("button")].map(words);

describe("the list", () => {
  it("says in words how long each waits, beside its colour", () => {
    const place = draw(inbox({ ...view(row({ due_at: ago(40) })), state: { ...desk.state, tab: "all" } }));
    expect(words(place.querySelector(".clock.late"))).toBe("已超时40秒");
    expect(place.querySelector(".unread")?.getAttribute("aria-label")).toBe("2条未读");
  });

  it("tells an empty list from a filtered one", () => {
    expect(words(draw(inbox(view(null))))).toContain("您手上没有会话。");
    desk.store.dispatch({ type: "filter", filters: { words: "x" } });
    expect(words(draw(inbox({ ...view(null), state: desk.state })))).toContain("没有符合筛选的会话。");
  });
});

describe("the transcript", () => {
  const shown = (...messages: ConsoleMessage[]): HTMLElement => {
    const { id } = mine();
    const from = view();
    desk.store.dispatch({ type: "messages", id, messages });
    return draw(log(desk.state.talk as NonNullable<typeof desk.state.talk>, { ...from, state: desk.state }));
  };

  it("tells customer, bot, agent, system and note apart in words", () => {
    const place = shown(
      message(1), message(2, { from: "bot" }), message(3, { from: "agent", agent_name: "小王" }), message(4, { from: "system" }),
      message(0, { id: "n", seq: null, after_seq: 4, from: "note", agent_name: "小李" }),
    );
    expect([...place.querySelectorAll(".who")].map((who) => words(who).split(" ").slice(0, -1).join(" "))).toEqual(["客户", "机器人", "坐席 小王", "系统", "内部备注 小李"]);
    expect(place.querySelector("[role=log]")).not.toBeNull();
  });

  it("marks what the bot said too late and nobody was sent", () => {
    expect(words(shown(message(1, { from: "bot", suppressed: true })))).toContain("没有发给客户");
  });

  it("shows hostile texts letter by letter and makes no element of them", () => {
    const place = shown(...hostile.map((text, n) => message(n + 1, { text, from: n % 2 ? "bot" : "customer", quick_replies: [{ id: "x", title: text }] })));
    expect([...place.querySelectorAll(".bubble")].map(({ textContent }) => textContent)).toEqual(hostile);
    expect(place.querySelectorAll("script, iframe, svg, img, style, a, details, template").length).toBe(0);
  });

  it("shows pictures of its own server only", () => {
    const place = shown(
      message(1, { image: { url: "https://elsewhere.example/x.png" } }), message(2, { image: { url: "javascript:alert(1)" } }), message(3, { image: { url: "/api/v1/web/uploads/a" } }),
    );
    expect([...place.querySelectorAll("img")].map(({ src }) => new URL(src).pathname)).toEqual(["/api/v1/web/uploads/a"]);
  });

  it("has a line for every kind of card", () => {
    const place = shown(...Object.values(cards).map((card, n) => message(n + 1, { card: card as ConsoleMessage["card"] & object })));
    expect(place.querySelectorAll(".bubble.card").length).toBe(Object.keys(cards).length);
  });
});

describe("what may be done", () => {
  const acts = (open: Row, roles: Role[] = ["agent"]): string[] => buttons(draw(head(view(open, { roles }), true, () => {})));

  it("goes by who has the word", () => {
    expect(acts(row())).toEqual(["返回列表", "接手", "客户资料"]);
    expect(acts(mine())).toEqual(["返回列表", "转接", "交回机器人", "办结", "客户资料"]);
    expect(acts(mine({ agent: "a02" }))).toEqual(["返回列表", "客户资料"]);
    expect(acts(mine({ agent: "a02" }), ["lead"])).toEqual(["返回列表", "改派", "旁听", "客户资料"]);
  });

  it("shows colleagues, the writing ones first", () => {
    const viewer = (name: string, typing = false) => ({ name, display: name, typing });
    expect(others([viewer("a01"), viewer("小李"), viewer("小赵")], "a01")).toBe("小李、小赵 正在查看");
    expect(others([viewer("小李", true), viewer("小赵")], "a01")).toBe("小李 正在输入");
    expect(others([viewer("a01", true)], "a01")).toBe("");
  });

  it.each<[Role[], string[]]>([
    [["agent"], ["desk"]],
    [["lead"], ["desk", "board", "search", "samples"]],
    [["auditor"], ["search", "audit"]],
  ])("%o sees the pages %o", (roles, pages) => {
    expect(pagesOf(roles)).toEqual(pages);
  });
});

describe("the composer", () => {
  let changes: Partial<Draft>[];
  let sent: number;
  const write = (draft: Partial<Draft>, from = view()): HTMLElement => {
    changes = [];
    sent = 0;
    return draw(composer(from, { ...BLANK, ...draft }, { change: (change) => void changes.push(change), send: () => sent++ }));
  };
  const press = (place: HTMLElement, key: string, more: KeyboardEventInit = {}): void =>
    void place.querySelector("textarea")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

  it("sends on Enter, but never a word that is still being composed", () => {
    press(write({ text: "您好" }), "Enter");
    expect(sent).toBe(1);
    for (const more of [{ isComposing: true }, { keyCode: 229 }, { shiftKey: true }]) {
      press(write({ text: "您好" }), "Enter", more);
      expect(sent).toBe(0);
    }
  });

  it("sends on Ctrl+Enter for those who chose so", () => {
    localStorage.setItem("gridcare-console-send", "mod");
    const place = write({ text: "您好" });
    press(place, "Enter");
    expect(sent).toBe(0);
    press(place, "Enter", { ctrlKey: true });
    expect(sent).toBe(1);
    localStorage.clear();
    press(place, "Enter", { ctrlKey: true });
    expect(sent).toBe(1);
  });

  it("sends nothing empty, too long, or with a gap", () => {
    for (const text of ["", "  ", "字".repeat(21), "预计〔预计来电〕来电"]) {
      press(write({ text }), "Enter");
      expect(sent).toBe(0);
    }
  });

  it("lets only the one who has the word reply; everybody may leave a note", () => {
    const theirs = view(mine({ agent: "a02" }));
    expect(write({}, theirs).querySelector("textarea")?.disabled).toBe(true);
    expect(words(write({}, theirs))).toContain("小李在接待");
    expect(write({ note: true }, theirs).querySelector("textarea")?.disabled).toBe(false);
  });

  it("shows what the channel still lets through, and stops at nothing left", () => {
    const limit = (left: number) => view(mine(), {}, { channel_limit: { left, of: 5, until: ago(-600) } });
    expect(words(write({}, limit(3)))).toContain("还能发 3/5 条");
    expect(write({}, limit(0)).querySelector("textarea")?.disabled).toBe(true);
  });

  it("offers prepared replies after a slash and takes the marked one by key", () => {
    const place = write({ text: "/", marked: 2 });
    expect(place.querySelectorAll("[role=option]")).toHaveLength(4);
    expect(place.querySelector("textarea")?.getAttribute("aria-activedescendant")).toBe("canned-2");
    press(place, "ArrowDown");
    press(place, "ArrowUp");
    press(place, "Enter");
    expect(changes).toEqual([{ marked: 3 }, { marked: 1 }, { text: "您的余额是36.20元。", marked: 0 }]);
    expect(sent).toBe(0);
  });

  it("keeps a note that begins with a slash a note", () => {
    press(write({ text: "/jd", note: true }), "Enter");
    expect(sent).toBe(1);
  });

  it("shows a suggestion with its source and lets the agent use it", () => {
    const from = view();
    desk.store.dispatch({ type: "suggestion", id: "c-1", suggestion: { text: "先看总闸", source: { title: "停电自查", id: "k" }, score: 0.7 } });
    const place = write({}, { ...from, state: desk.state });
    expect(words(place.querySelector(".suggestion"))).toContain("来源：停电自查");
    button(place, "采用")?.click();
    expect(changes).toEqual([{ text: "先看总闸" }]);
  });
});

describe("the customer's data", () => {
  it("is masked, and in clear only after a question for the reason", () => {
    const from = view();
    const place = draw(panel(detail(), from));
    expect(words(place)).toContain("138****0058");
    expect(words(place)).not.toContain("13800000058");
    place.querySelector<HTMLButtonElement>("[aria-label=显示完整电话]")?.click();
    expect(asked).toEqual([{ kind: "reveal", field: "phone" }]);
    const question = draw(dialog({ kind: "reveal", field: "phone" }, from));
    expect(question.querySelector<HTMLSelectElement>("select[name=reason]")?.required).toBe(true);
    desk.store.dispatch({ type: "revealed", id: "c-1", field: "phone", value: "13800000058" });
    expect(words(draw(panel(detail(), { ...from, state: desk.state })))).toContain("13800000058");
  });

  it("tells no time of restoration that nobody gave", () => {
    const outage = { id: "o", cause: "线路故障", area: "民主村", starts_at: ago(900), eta: null, progress: "抢修中" };
    expect(words(draw(panel(detail({ outage }), view())))).toContain("还没有预计时间");
  });

  it("says when the company's system does not answer", () => {
    expect(words(draw(panel(detail({ problems: ["company_unavailable"] }), view())))).toContain("公司系统暂时查不到");
  });
});

describe("dialogs", () => {
  const names = (ask: Ask): string[] => [...draw(dialog(ask, view())).querySelectorAll("form [name]")].map((each) => each.getAttribute("name") ?? "");

  it("ask for what each step needs", () => {
    expect(names({ kind: "transfer" })).toEqual(["to", "note"]);
    expect(names({ kind: "resolve", thenNext: false })).toEqual(["reason", "note"]);
    expect(names({ kind: "release" })).toEqual(["note"]);
    expect(names({ kind: "amend", key: "k", order_no: "1" })).toEqual(["description"]);
    expect(names({ kind: "order", key: "k" })).toContain("description");
  });

  it("offer colleagues who are there, and not the one who has the word", () => {
    const agents = [agent("a01"), agent("a02"), agent("a03", { state: "offline" })];
    const place = draw(dialog({ kind: "transfer" }, view(mine(), { agents })));
    const values = [...place.querySelectorAll("optgroup[label=坐席] option")].map((each) => each.getAttribute("value"));
    expect(values).toEqual(["agent:a02"]);
  });
});

it("the board shows what is about to break, the most urgent first", () => {
  const breaking = [["b", ago(-30)], ["a", ago(20)]].map(([id = "", due_at = ""]) => ({ id, ticket: id, title: id, due_at, agent: null }));
  const place = draw(board({ waiting: 2, longest_wait_s: 400, assigned: 1, agents: [agent("a01")], skills: [], breaking, jobs: [] }, view(null)));
  expect([...place.querySelectorAll(".wide tbody tr")].map((line) => words(line.querySelector(".clock")))).toEqual(["已超时20秒", "快超时 剩30秒"]);
  expect(words(place.querySelector(".figure.late"))).toContain("6分");
});

it("the board shows when each job was last done, and marks one that has failed since", () => {
  const jobs = [
    { name: "turns", ran_at: ago(1), error: "TimeoutError", failed_at: ago(90) },
    { name: "sms", ran_at: ago(90), error: "OperationalError", failed_at: ago(1) },
    { name: "made-up", ran_at: null, error: null, failed_at: null },
  ];
  const place = draw(board({ waiting: 0, longest_wait_s: 0, assigned: 0, agents: [], skills: [], breaking: [], jobs }, view(null)));
  const rows = [...place.querySelectorAll(".jobs tbody tr")];
  expect(rows.map((row) => words(row.querySelector("th")))).toEqual(["回复客户", "发短信", "made-up"]);
  expect(rows.map((row) => words(row.querySelector(".late")).includes("OperationalError"))).toEqual([false, true, false]);
  expect(words(rows[0]!)).toContain("TimeoutError");
  expect([...rows[2]!.querySelectorAll("td")].map(words)).toEqual(["—", "—"]);
});

it("the audit log says when its chain is broken", () => {
  const entry = { id: 1, at: ago(1), actor: "a01", action: "reveal", subject: "c-1", detail: "<b>", hash: "0123456789abcdef" };
  const place = draw(audit({ entries: [entry], more: false, verified: false }, () => {}, () => {}));
  expect(words(place.querySelector(".chain.error"))).toContain("校验不通过");
  expect(words(place.querySelector("tbody"))).toContain("查看明文 c-1<b>0123456789ab");
});

it("the way in asks for the second factor when the server does", () => {
  const place = (code: boolean): HTMLElement => draw(login({ busy: false, code, error: "" }, "", () => {}));
  expect(place(false).querySelector("[name=code]")).toBeNull();
  expect(place(true).querySelector("[name=code]")?.getAttribute("autocomplete")).toBe("one-time-code");
});
