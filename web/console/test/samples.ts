/** Made-up conversations and agents for the tests. */

import seed from "../../fixtures/console.json";
import type { Agent, ConsoleMessage, Detail, Me, Row } from "../src/contract";

export const NOW = Date.parse("2026-11-25T10:00:00+08:00");
export const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

export const row = (change: Partial<Row> = {}): Row => ({
  id: "c-1", ticket: "H202611250001", channel: "web", state: "QUEUED", version: 1, reason: "user_asked", skill: "fault", priority: 5, agent: null,
  title: "刘**", preview: "我家停电了", last_seq: 3, read_seq: 1, since: ago(200), due_at: null, elder: false, hazard: false, ...change,
});

export const mine = (change: Partial<Row> = {}): Row => row({ state: "HUMAN", agent: "a01", ...change });

export const message = (seq: number, change: Partial<ConsoleMessage> = {}): ConsoleMessage => ({
  id: `m${seq}`, seq, after_seq: seq, at: ago(100 - seq), from: "customer", text: `第${seq}句`, ...change,
});

export const agent = (name: string, change: Partial<Agent> = {}): Agent => ({ name, display: name, state: "online", skills: [], load: 0, capacity: 5, ...change });

export const me = (change: Partial<Me> = {}): Me => ({
  name: "a01", display: "小王", roles: ["agent"], skills: ["billing"], state: "online", capacity: 5, csrf: "csrf", limits: { text: 20, idle_seconds: 1800 },
  canned: seed.canned, reasons: seed.reasons, skills_all: seed.skills, applications: seed.applications,
  agents: [agent("a01", { display: "小王" }), agent("a02", { display: "小李" })], ...change,
});

export const detail = (change: Partial<Detail> = {}): Detail => ({
  ...(seed.detail as unknown as Omit<Detail, "row" | "outage" | "channel_limit" | "viewers">), row: mine(), outage: null, channel_limit: null, viewers: [], ...change,
});
