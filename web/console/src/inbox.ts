/** Which conversations the inbox shows, in which order, and how their clocks stand. Pure. */

import type { HandoffState, Role, Row } from "./contract";
import type { Filters, State, Tab } from "./store";

export type Clock = "none" | "calm" | "soon" | "late";

const SOON_SECONDS = 60;
/** States in which a customer waits for a person. */
const WAITING: readonly HandoffState[] = ["OFFERED", "QUEUED", "CALLBACK_WAIT", "OFFLINE_MESSAGE"];
const HELD: readonly HandoffState[] = ["ASSIGNED", "HUMAN", "WRAP"];

export const waiting = ({ state }: Row): boolean => WAITING.includes(state);
export const held = ({ state }: Row): boolean => HELD.includes(state);
export const unread = ({ last_seq, read_seq }: Row): number => Math.max(0, last_seq - read_seq);

/** Seconds this customer has been waiting. */
export const waited = ({ since }: Row, now: number): number => Math.max(0, Math.floor((now - Date.parse(since)) / 1000));

export function clock({ due_at }: Pick<Row, "due_at">, now: number): Clock {
  if (!due_at) return "none";
  const left = (Date.parse(due_at) - now) / 1000;
  if (left < 0) return "late";
  return left < SOON_SECONDS ? "soon" : "calm";
}

const belongs: Record<Tab, (row: Row, me: string) => boolean> = {
  mine: (row, me) => row.agent === me && held(row),
  unassigned: (row) => waiting(row),
  all: () => true,
};

/** The classes an agent filters by: danger, urgent, the rest. */
export const priorityClass = ({ priority }: Row): string => (priority === 0 ? "danger" : priority <= 3 ? "urgent" : "normal");

function passes(row: Row, filters: Filters): boolean {
  const words = filters.words.trim().toLowerCase();
  return (
    (!filters.channel || row.channel === filters.channel) &&
    (!filters.status || row.state === filters.status) &&
    (!filters.priority || priorityClass(row) === filters.priority) &&
    (!filters.skill || row.skill === filters.skill) &&
    (!words || [row.title, row.preview, row.ticket ?? ""].some((text) => text.toLowerCase().includes(words)))
  );
}

const bySince = (a: Row, b: Row): number => a.since.localeCompare(b.since);
const ORDER: Record<Filters["sort"], (a: Row, b: Row) => number> = {
  waiting: bySince,
  priority: (a, b) => a.priority - b.priority || bySince(a, b),
  latest: (a, b) => bySince(b, a),
};

/** In the chosen order, danger in front of everything. */
export function inbox({ rows, tab, filters, me }: State): Row[] {
  const name = me?.name ?? "";
  const order = ORDER[filters.sort];
  return [...rows.values()]
    .filter((row) => belongs[tab](row, name) && passes(row, filters))
    .sort((a, b) => Number(b.hazard) - Number(a.hazard) || order(a, b));
}

export function counts({ rows, me }: State): Record<Tab, number> {
  const all = [...rows.values()];
  const count = (tab: Tab): number => all.filter((row) => belongs[tab](row, me?.name ?? "")).length;
  return { mine: count("mine"), unassigned: count("unassigned"), all: count("all") };
}

/** Unread messages of my own conversations. */
export const unreadOfMine = ({ rows, me }: State): number =>
  [...rows.values()].filter((row) => belongs.mine(row, me?.name ?? "")).reduce((sum, row) => sum + unread(row), 0);

export const speaks = (row: Row | undefined, me: string): boolean =>
  row !== undefined && row.agent === me && (row.state === "ASSIGNED" || row.state === "HUMAN");

export const isLead = (roles: readonly Role[]): boolean => roles.includes("lead") || roles.includes("admin");
export const isAuditor = (roles: readonly Role[]): boolean => roles.includes("auditor") || roles.includes("admin");
