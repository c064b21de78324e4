/** What README.md asks of the gateway, as types; `guards.ts` checks at run time what arrives. */

import type { Message } from "@gridcare/protocol";

export type Role = "agent" | "lead" | "auditor" | "admin";
export type PresenceState = "online" | "busy" | "offline";
export type HandoffState =
  | "BOT"
  | "OFFERED"
  | "QUEUED"
  | "ASSIGNED"
  | "HUMAN"
  | "WRAP"
  | "CALLBACK_WAIT"
  | "OFFLINE_MESSAGE"
  | "CLOSED";

export interface Named {
  code: string;
  title: string;
}

export interface Agent {
  name: string;
  display: string;
  state: PresenceState;
  skills: string[];
  load: number;
  capacity: number;
}

export interface Canned {
  key: string;
  title: string;
  text: string;
}

export interface Me {
  name: string;
  display: string;
  roles: Role[];
  skills: string[];
  state: PresenceState;
  capacity: number;
  csrf: string;
  limits: { text: number; idle_seconds: number };
  canned: Canned[];
  reasons: { resolve: Named[]; reveal: Named[] };
  agents: Agent[];
  skills_all: Named[];
  applications: Named[];
}

/** A conversation as the inbox shows it. `version` guards every change of who has the word. */
export interface Row {
  id: string;
  ticket: string | null;
  channel: string;
  state: HandoffState;
  version: number;
  reason: string;
  skill: string;
  priority: number;
  agent: string | null;
  title: string;
  preview: string;
  last_seq: number;
  read_seq: number;
  since: string;
  due_at: string | null;
  elder: boolean;
  hazard: boolean;
}

/** A message as agents see it: a note has no number of its own and stands after number `after_seq`. */
export interface ConsoleMessage extends Omit<Message, "seq" | "from"> {
  seq: number | null;
  after_seq: number;
  from: Message["from"] | "note";
  agent_name?: string;
  whisper?: boolean;
  /** A late reply of the bot that was kept and not sent. */
  suppressed?: boolean;
  /** On the telephone: the share (0 to 1) that was heard before the caller went on. */
  heard?: number;
}

export interface Viewer {
  name: string;
  display: string;
  typing: boolean;
}

export interface Slot {
  name: string;
  title: string;
  value: string;
}

export type MaskedField = "name" | "phone" | "account" | "address";

export interface Customer {
  name_masked: string;
  phone_masked: string;
  account_masked: string;
  address_masked: string;
  level: string;
  revealable: MaskedField[];
}

export interface Account {
  account_masked: string;
  address_masked: string;
  balance: string | null;
  arrears: string | null;
  tier: string | null;
}

export interface Bill {
  month: string;
  kwh: string;
  yuan: string;
}

export interface Order {
  order_no: string;
  kind: string;
  title: string;
  state: string;
  due_at: string | null;
  editable: boolean;
}

export interface Outage {
  id: string;
  cause: string;
  area: string;
  starts_at: string;
  eta: string | null;
  progress: string;
}

export interface Detail {
  row: Row;
  summary: string[];
  slots: Slot[];
  asked: string[];
  tried: string[];
  customer: Customer;
  accounts: Account[];
  bills: Bill[];
  orders: Order[];
  outage: Outage | null;
  neighbours: { reports: number; within_minutes: number; place: string } | null;
  previous: { id: string; ticket: string; at: string; reason: string }[];
  channel_limit: { left: number; of: number; until: string } | null;
  viewers: Viewer[];
  problems: string[];
}

export interface Suggestion {
  text: string;
  source: { title: string; id: string; url?: string };
  score: number;
}

export interface Hit {
  conversation: string;
  ticket: string;
  seq: number;
  at: string;
  from: string;
  snippet: string;
}

export interface Board {
  waiting: number;
  longest_wait_s: number;
  assigned: number;
  agents: Agent[];
  skills: { code: string; title: string; waiting: number; longest_wait_s: number }[];
  breaking: { id: string; ticket: string; title: string; due_at: string; agent: string | null }[];
  jobs: Job[];
}

/** What the gateway does again and again: when it last came to its end, and when and how it last did not. */
export interface Job {
  name: string;
  ran_at: string | null;
  error: string | null;
  failed_at: string | null;
}

export interface Sample {
  id: string;
  conversation: string;
  ticket: string;
  agent: string;
  why: "random" | "risk";
  scored: boolean;
}

export const CRITERIA = ["correct", "polite", "complete", "safe", "privacy"] as const;
export type Criterion = (typeof CRITERIA)[number];

export interface AuditEntry {
  id: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: string;
  hash: string;
}

export interface AuditPage {
  entries: AuditEntry[];
  more: boolean;
  verified: boolean;
}

export interface OrderDraft {
  kind: "fault" | "application" | "complaint";
  description: string;
  address: string;
  contact_name: string;
  phone: string;
  account_no: string;
  application_kind: string;
  urgent: boolean;
}
