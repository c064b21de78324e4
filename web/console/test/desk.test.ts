import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConsoleMessage, Row } from "../src/contract";
import { Desk } from "../src/desk";
import { Alerts } from "../src/services/alerts";
import { Api, Refused } from "../src/services/api";
import type { Live, LiveEvents } from "../src/services/live";
import { text } from "../src/text";
import { agent, ago, detail, me, message, mine, row } from "./samples";

/** The server's REST side as the desk sees it: what it was asked, and what it answers. */
class FakeApi extends Api {
  asked: string[] = [];
  rows: Row[] = [row(), row({ id: "c-2", title: "张**", since: ago(50) })];
  refuses: Refused | null = null;
  said: object[] = [];

  #do<Answer>(name: string, answer: Answer): Answer {
    this.asked.push(name);
    if (this.refuses) throw this.refuses;
    return answer;
  }

  override me = async () => this.#do("me", me());
  override logout = async () => this.#do("logout", undefined);
  override conversations = async () => this.rows;
  override detail = async (id: string) => detail({ row: this.rows.find((each) => each.id === id) ?? row() });
  override history = async () => ({ messages: [message(1), message(2)], more: true });
  override suggestion = async () => null;
  override read = async (id: string, seq: number) => this.#do(`read ${id} ${seq}`, undefined);
  override take = async (taken: Row) => this.#do("take", { ...taken, state: "ASSIGNED" as const, agent: "a01", version: taken.version + 1 });
  override say = async (_: string, said: { msg_id: string; text?: string }) => {
    this.said.push(said);
    return this.#do("say", message(3, { from: "agent", ...said }));
  };
  override note = async (_: string, said: { msg_id: string; text: string; whisper?: boolean }) => {
    this.said.push(said);
    return this.#do("note", message(0, { id: "n", seq: null, after_seq: 3, from: "note", ...said }));
  };
  override listen = async () => this.#do("listen", undefined);
  override reveal = async () => this.#do("reveal", "13800000058");
}

class FakeLive {
  told: string[] = [];
  missed: ConsoleMessage[] = [];
  constructor(readonly events: LiveEvents) {}
  open = () => this.events.connected();
  close = () => void this.told.push("close");
  watch = async (conversation: string, after: number) => {
    this.told.push(`watch ${conversation} ${after}`);
    return this.missed;
  };
  unwatch = (conversation: string) => void this.told.push(`unwatch ${conversation}`);
  typing = (conversation: string) => void this.told.push(`typing ${conversation}`);
  alive = () => {};
}

class QuietAlerts extends Alerts {
  heard: string[] = [];
  override news(kind: keyof typeof text.alerts): void {
    this.heard.push(kind);
  }
}

let api: FakeApi;
let live: FakeLive;
let alerts: QuietAlerts;
let desk: Desk;

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(async () => {
  api = new FakeApi();
  alerts = new QuietAlerts();
  desk = new Desk(alerts, api, (_, events) => {
    live = new FakeLive(events);
    return live as unknown as Live;
  });
  await desk.start();
  await settle();
});

describe("opening a conversation", () => {
  it("watches it before it reads, shows it and counts it as read", async () => {
    await desk.open("c-1");
    expect(live.told).toEqual(["watch c-1 3"]);
    expect(desk.state.talk?.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(desk.state.talk?.more).toBe(true);
    expect(api.asked).toContain("read c-1 2");
  });

  it("leaves the one before", async () => {
    desk.store.dispatch({ type: "tab", tab: "unassigned" });
    await desk.open("c-1");
    await desk.step(1);
    expect(live.told).toContain("unwatch c-1");
  });

  it("asks after a break for what was missed, from the last number it has", async () => {
    await desk.open("c-1");
    live.missed = [message(3), message(4)];
    live.events.connected();
    await settle();
    expect(live.told).toContain("watch c-1 2");
    expect(desk.state.talk?.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});

describe("taking over", () => {
  it("shows who was faster, and the conversation as it now is", async () => {
    await desk.open("c-1");
    api.rows = [mine({ agent: "a02", version: 2 })];
    api.refuses = new Refused("taken", 409, "小李");
    await desk.take();
    expect(desk.state.notice).toBe("小李已经接手了这个会话");
    expect(desk.row?.agent).toBe("a02");
  });

  it("gives me the word", async () => {
    await desk.open("c-1");
    await desk.take();
    expect(desk.row).toMatchObject({ agent: "a01", state: "ASSIGNED", version: 2 });
  });
});

describe("what I say", () => {
  it("is repeated under the same id after a refusal", async () => {
    await desk.open("c-1");
    api.refuses = new Refused("unreachable", 0);
    await desk.say("您好", false);
    const waiting = desk.state.talk?.pending[0];
    expect(waiting?.error).toBe(text.refused.unreachable);
    api.refuses = null;
    await desk.retry(waiting?.msg_id ?? "");
    expect(api.said[0]).toEqual(api.said[1]);
    expect(desk.state.talk?.pending).toEqual([]);
  });

  it("is a note when I say so, and a whisper while I listen in", async () => {
    await desk.open("c-1");
    await desk.say("老客户", true);
    await desk.listen("c-1");
    await desk.say("先安抚", true);
    expect(api.asked.filter((name) => ["say", "note"].includes(name))).toEqual(["note", "note"]);
    expect(api.said.map((said) => "whisper" in said)).toEqual([false, true]);
  });

  it("tells others at most every few seconds that I am writing", async () => {
    await desk.open("c-1");
    for (let n = 0; n < 20; n++) desk.typing();
    expect(live.told.filter((each) => each === "typing c-1")).toHaveLength(1);
  });
});

describe("alerts", () => {
  it.each([
    [row({ id: "c-9" }), ["waiting"]],
    [row({ id: "c-9", hazard: true, priority: 0 }), ["hazard"]],
    [mine({ id: "c-9", state: "ASSIGNED" }), ["assigned"]],
    [mine({ id: "c-9", agent: "a02" }), []],
    [row({ id: "c-9", state: "BOT" }), []],
  ])("%#: for my own and the unassigned", (news, heard) => {
    live.events.row(news);
    expect(alerts.heard).toEqual(heard);
  });

  it("sound for a new message of mine that is not open", () => {
    live.events.row(mine({ id: "c-9" }));
    live.events.row(mine({ id: "c-9", last_seq: 4 }));
    expect(alerts.heard).toEqual(["assigned", "message"]);
  });
});

describe("a live line that is refused", () => {
  const refuse = async (): Promise<void> => {
    live.events.refused();
    await vi.advanceTimersByTimeAsync(20_000);
  };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is opened again while the session holds", async () => {
    api.rows = [row({ id: "c-7" })];
    await refuse();
    expect([...desk.state.rows.keys()]).toEqual(["c-7"]);
  });

  it("is the end when the session has ended", async () => {
    api.refuses = new Refused("unauthorized", 401);
    await refuse();
    expect(desk.state).toMatchObject({ me: null, notice: text.ended });
  });
});

it("a revealed value is shown, and gone when another conversation is opened", async () => {
  await desk.open("c-1");
  await desk.reveal("phone", "call_back");
  expect(desk.state.talk?.revealed.phone).toBe("13800000058");
  await desk.open("c-2");
  expect(desk.state.talk?.revealed).toEqual({});
});

it("a session ended by the server leaves nothing on the screen", () => {
  live.events.agent(agent("a03"));
  live.events.ended();
  expect(desk.state).toMatchObject({ me: null, notice: text.ended, talk: null });
  expect(desk.state.rows.size + desk.state.agents.size).toBe(0);
  expect(live.told).toContain("close");
});
