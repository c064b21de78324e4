/**
 * Run-time checks of what arrives on the live line and in lists: what the page sorts by or decides on must fit, or the
 * item is left out. Answers to single requests are taken as agreed; a wrong one shows as an error of that request.
 */

import { asCard } from "@gridcare/protocol";
import type { Agent, ConsoleMessage, HandoffState, PresenceState, Row, Viewer } from "./contract";

type Fields = Record<string, unknown>;

const STATES: readonly string[] = [
  "BOT", "OFFERED", "QUEUED", "ASSIGNED", "HUMAN", "WRAP", "CALLBACK_WAIT", "OFFLINE_MESSAGE", "CLOSED",
];
const PRESENCES: readonly string[] = ["online", "busy", "offline"];
const AUTHORS: readonly string[] = ["bot", "agent", "system", "customer", "note"];

export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const number = (value: unknown): number => (isNumber(value) ? value : 0);
export const list = <Item>(value: unknown, as: (item: unknown) => Item | null): Item[] =>
  Array.isArray(value) ? value.map(as).filter((item) => item !== null) : [];

export function asRow(value: unknown): Row | null {
  if (!isObject(value)) return null;
  const { id, state, version, since } = value;
  if (typeof id !== "string" || !STATES.includes(text(state)) || !isNumber(version) || Number.isNaN(Date.parse(text(since)))) return null;
  return {
    id,
    state: state as HandoffState,
    version,
    since: text(since),
    ticket: textOrNull(value.ticket),
    channel: text(value.channel),
    reason: text(value.reason),
    skill: text(value.skill),
    priority: isNumber(value.priority) ? value.priority : 9,
    agent: textOrNull(value.agent),
    title: text(value.title),
    preview: text(value.preview),
    last_seq: number(value.last_seq),
    read_seq: number(value.read_seq),
    due_at: textOrNull(value.due_at),
    elder: value.elder === true,
    hazard: value.hazard === true,
  };
}

export function asConsoleMessage(value: unknown): ConsoleMessage | null {
  if (!isObject(value)) return null;
  const { id, at, from, seq } = value;
  if (typeof id !== "string" || typeof at !== "string" || !AUTHORS.includes(text(from))) return null;
  const message: ConsoleMessage = {
    id,
    at,
    from: from as ConsoleMessage["from"],
    seq: isNumber(seq) ? seq : null,
    after_seq: isNumber(value.after_seq) ? value.after_seq : number(seq),
  };
  for (const name of ["agent", "agent_name", "text", "msg_id"] as const) {
    const given = value[name];
    if (typeof given === "string") message[name] = given;
  }
  const card = asCard(value.card);
  if (card) message.card = card;
  if (isObject(value.image) && typeof value.image.url === "string")
    message.image = { url: value.image.url, alt: text(value.image.alt) };
  if (Array.isArray(value.quick_replies))
    message.quick_replies = list(value.quick_replies, (each) =>
      isObject(each) && typeof each.title === "string" ? { id: text(each.id), title: each.title } : null,
    );
  if (value.whisper === true) message.whisper = true;
  if (value.suppressed === true) message.suppressed = true;
  if (isNumber(value.heard)) message.heard = value.heard;
  return message;
}

export function asAgent(value: unknown): Agent | null {
  if (!isObject(value) || typeof value.name !== "string" || !PRESENCES.includes(text(value.state))) return null;
  return {
    name: value.name,
    display: text(value.display) || value.name,
    state: value.state as PresenceState,
    skills: list(value.skills, textOrNull),
    load: number(value.load),
    capacity: number(value.capacity),
  };
}

export const asViewer = (value: unknown): Viewer | null =>
  isObject(value) && typeof value.name === "string"
    ? { name: value.name, display: text(value.display) || value.name, typing: value.typing === true }
    : null;
