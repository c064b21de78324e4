import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import hostile from "../../fixtures/hostile-texts.json";
import { asConsoleMessage, asRow } from "../src/guards";
import { plain } from "../src/plain";
import { Alerts } from "../src/services/alerts";
import { Api, Refused } from "../src/services/api";
import { fill, find, hasGap, slash, valuesOf } from "../src/services/canned";
import { commandOf, SHORTCUTS } from "../src/services/shortcuts";
import { EMPTY, reduce } from "../src/store";
import { moment, span, text } from "../src/text";
import { detail, me, message, NOW, row } from "./samples";

const press = (change: object) => ({ code: "KeyJ", key: "j", altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, keyCode: 74, ...change });

describe("shortcuts", () => {
  it("go by the place of the key, not by what it writes", () => {
    expect(commandOf(press({ key: "∆" }), true)).toBe("next");
    expect(commandOf(press({ code: "KeyE" }), false)).toBe("resolve");
    expect(commandOf(press({ code: "KeyE", ctrlKey: true }), false)).toBe("resolveNext");
  });

  it("do nothing while a word is being composed, or with other keys held", () => {
    expect(commandOf(press({ isComposing: true }), false)).toBeNull();
    expect(commandOf(press({ keyCode: 229 }), false)).toBeNull();
    expect(commandOf(press({ shiftKey: true }), false)).toBeNull();
    expect(commandOf(press({ ctrlKey: true }), false)).toBeNull();
    expect(commandOf(press({ altKey: false }), false)).toBeNull();
  });

  it("opens the list with ? but lets a field have its question mark", () => {
    const question = press({ altKey: false, key: "?", code: "Slash", shiftKey: true });
    expect(commandOf(question, false)).toBe("help");
    expect(commandOf(question, true)).toBeNull();
  });

  it("are all told in the list", () => {
    for (const { command } of SHORTCUTS) expect(text.dialog.help.commands[command]).toBeTruthy();
  });
});

describe("prepared replies", () => {
  const opened = reduce(EMPTY, { type: "opened", id: "c-1" });
  const { talk } = reduce(opened, { type: "detail", id: "c-1", detail: detail() });

  it("are sought by what follows a leading slash only", () => {
    expect(slash("/jd")).toBe("jd");
    expect(slash("/")).toBe("");
    expect(slash("进度 /jd")).toBeNull();
    expect(slash("/jd 好")).toBeNull();
    expect(find(me().canned, "余额").map(({ key }) => key)).toEqual(["ye"]);
  });

  it("are filled from the open conversation", () => {
    expect(fill("余额{{balance}}元，{{ agent }}", valuesOf(talk, "小王"), (name) => name)).toBe("余额36.20元，小王");
  });

  it("leave a gap that cannot be sent where a value is missing", () => {
    const filled = fill("预计{{eta}}来电", valuesOf(talk, "小王"), () => "预计来电");
    expect(filled).toBe("预计〔预计来电〕来电");
    expect(hasGap(filled)).toBe(true);
    expect(hasGap("预计20:00来电")).toBe(false);
  });

  it("do not greet with a masked name", () => {
    expect(valuesOf(talk, "小王").customer).toBeUndefined();
    const revealed = talk && { ...talk, revealed: { name: "刘先生" } };
    expect(valuesOf(revealed, "小王").customer).toBe("刘先生");
  });
});

describe("what is shown of strangers' text", () => {
  it("names characters that cannot be seen", () => {
    expect(plain("安全\u202Egnp.exe\u0000")).toBe("安全⟨U+202E⟩gnp.exe⟨U+0000⟩");
    expect(plain("两\r\n行\t好")).toBe("两\n行\t好");
  });

  it("is otherwise left as it was written", () => {
    for (const each of hostile) expect(plain(each)).toBe(each);
  });
});

describe("guards", () => {
  it("leave out what cannot be sorted or decided on", () => {
    for (const bad of [null, [], {}, { ...row(), state: "ELSEWHERE" }, { ...row(), version: "1" }, { ...row(), since: "gestern" }]) expect(asRow(bad)).toBeNull();
    for (const bad of [null, {}, { ...message(1), from: "nobody" }, { ...message(1), id: 7 }]) expect(asConsoleMessage(bad)).toBeNull();
  });

  it("give a clean value back as it is", () => {
    expect(asRow(row())).toEqual(row());
    expect(asConsoleMessage(message(2))).toEqual(message(2));
  });

  it("take a message without a number of its own for a note after another", () => {
    expect(asConsoleMessage({ ...message(2), seq: null, from: "note" })).toMatchObject({ seq: null, after_seq: 2, from: "note" });
  });
});

describe("the REST side", () => {
  const answers: Response[] = [];
  const asked: [string, RequestInit][] = [];
  beforeEach(() => {
    asked.length = answers.length = 0;
    vi.stubGlobal("fetch", async (path: string, request: RequestInit) => {
      asked.push([path, request]);
      const answer = answers.shift();
      if (!answer) throw new TypeError("no network");
      return answer;
    });
  });
  afterEach(() => void vi.unstubAllGlobals());
  const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
  const header = (n: number, name: string) => (asked[n]?.[1].headers as Record<string, string>)[name];

  it("sends the token of the session with every change, and not with reads", async () => {
    answers.push(json(me()), json({ conversations: [row(), { broken: true }] }), json(row({ version: 2 })));
    const api = new Api();
    await api.login("a01", "made-up", "");
    expect(await api.conversations()).toEqual([row()]);
    await api.take(row());
    expect(header(1, "X-CSRF-Token")).toBeUndefined();
    expect(header(2, "X-CSRF-Token")).toBe("csrf");
    expect(JSON.parse(String(asked[2]?.[1].body))).toEqual({ version: 1 });
  });

  it("tells who was faster", async () => {
    answers.push(json({ type: "/problems/taken", agent_name: "小李" }, 409));
    await expect(new Api().take(row())).rejects.toMatchObject({ kind: "taken", agent: "小李" });
  });

  it("says so when the session has ended, but not for a wrong password", async () => {
    let ended = 0;
    const api = new Api(() => ended++);
    answers.push(json({ type: "/problems/unauthorized" }, 401), json({ type: "/problems/unauthorized" }, 401));
    await expect(api.login("a01", "wrong", "")).rejects.toThrow(Refused);
    expect(ended).toBe(0);
    await expect(api.board()).rejects.toThrow(Refused);
    expect(ended).toBe(1);
  });

  it("tells a server that does not answer from one that refuses", async () => {
    await expect(new Api().board()).rejects.toMatchObject({ kind: "unreachable" });
  });

  it("leaves empty fields out of an order", async () => {
    answers.push(json({ order_no: "1" }));
    const empty = { address: "", contact_name: "", phone: "", account_no: "", application_kind: "" };
    await new Api().order("c/1", "k", { kind: "fault", description: "没电", urgent: false, ...empty });
    expect(asked[0]?.[0]).toBe("/api/v1/console/conversations/c%2F1/orders");
    expect(JSON.parse(String(asked[0]?.[1].body))).toEqual({ key: "k", kind: "fault", body: { description: "没电", urgent: false } });
  });
});

describe("alerts", () => {
  it("count the unread in the title and take it back", () => {
    document.title = "坐席工作台";
    const alerts = new Alerts();
    alerts.unread(3);
    expect(document.title).toBe("(3) 坐席工作台");
    alerts.unread(0);
    expect(document.title).toBe("坐席工作台");
  });

  it("notify a hidden page with a fixed sentence and nothing of the conversation", () => {
    const shown: unknown[] = [];
    class FakeNotification {
      static permission = "granted";
      constructor(...told: unknown[]) {
        shown.push(told);
      }
    }
    vi.stubGlobal("Notification", FakeNotification);
    localStorage.setItem("gridcare-console-sound", "on");
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    new Alerts().news("message");
    expect(shown).toEqual([[text.title, { body: text.alerts.message, tag: "message" }]]);
    hidden.mockRestore();
    vi.unstubAllGlobals();
    localStorage.clear();
  });
});

it.each([[5, "5秒"], [65, "1分"], [3600, "1小时"], [3700, "1小时1分"], [200_000, "2天"]])("%i seconds are %s", (seconds, expected) => {
  expect(span(seconds)).toBe(expected);
});

it("a time of another day is shown with its day", () => {
  expect(moment(new Date(NOW).toISOString(), NOW)).not.toContain("/");
  expect(moment(new Date(NOW - 86_400_000 * 3).toISOString(), NOW)).toContain("/");
});
