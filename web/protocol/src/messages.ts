/** The web channel of docs/protocols.md as types; `guards.ts` checks at run time what arrives. */

export type Author = "bot" | "agent" | "system" | "customer";

export interface QuickReply {
  id: string;
  title: string;
}

export interface Image {
  url: string;
  alt?: string;
}

/** One month of a bill history; `kwh` and `yuan` are decimals as text. */
export interface MonthBill {
  month: string;
  kwh: string;
  yuan: string;
}

export interface BillHistory {
  account: string;
  months: MonthBill[];
}

export interface TierLine {
  tier: number;
  kwh: string;
  price: string;
  yuan: string;
}

export interface BillAdjustment {
  kind: string;
  yuan: string;
  note?: string;
}

export interface Bill {
  account: string;
  month: string;
  kwh: string;
  yuan: string;
  lines: TierLine[];
  adjustments?: BillAdjustment[];
  tariff?: { source: string; version: string; verified: boolean };
}

export interface OrderStep {
  state: string;
  title: string;
  at?: string | null;
  done: boolean;
}

export interface Order {
  order_no: string;
  title: string;
  state: string;
  steps: OrderStep[];
  due_at?: string | null;
  next?: string | null;
}

export interface Outage {
  kind: string;
  cause: string;
  area: string;
  starts_at: string;
  eta?: string | null;
  eta_source?: string | null;
  progress?: string;
}

export interface Documents {
  title: string;
  items: { name: string; have: boolean }[];
}

export interface CardData {
  bill_history: BillHistory;
  bill: Bill;
  order: Order;
  outage: Outage;
  documents: Documents;
}

export type CardName = keyof CardData;
export type Card = { [Name in CardName]: { card: Name; data: CardData[Name] } }[CardName];

/** What is known of the customer: whether they want 长辈版. */
export interface Profile {
  elder?: boolean;
}

/** `seq` counts every message of the conversation, both ways, from 1, without gaps. */
export interface Message {
  seq: number;
  id: string;
  at: string;
  from: Author;
  agent?: string;
  text?: string;
  quick_replies?: QuickReply[];
  card?: Card;
  image?: Image;
  msg_id?: string;
  profile?: Profile;
}

export interface Limits {
  text: number;
  upload_bytes: number;
}

export interface Session {
  token: string;
  expires_at: string;
  limits: Limits;
}

export interface SessionConfirm {
  last_seq: number;
  owner: string;
  messages: Message[];
}

export interface UserUttered {
  msg_id: string;
  text?: string;
  choice?: string;
  upload?: string;
  profile?: Profile;
}

export type ErrorCode =
  | "too_long"
  | "empty"
  | "bad_request"
  | "rate_limited"
  | "unknown_choice"
  | "unknown_upload"
  | "busy";

export interface Refusal {
  code: ErrorCode | string;
  message: string;
  retry_after?: number;
}

export type Ack = { ok: true; seq?: number } | { ok: false; error: Refusal };

export interface Typing {
  on: boolean;
  from: string;
}

export interface Upload {
  id: string;
  mime: string;
  width: number;
  height: number;
  url: string;
}

/** What the server emits, by event name. */
export interface ServerEvents {
  session_confirm: (body: unknown) => void;
  bot_uttered: (body: unknown) => void;
  user_echo: (body: unknown) => void;
  typing: (body: unknown) => void;
  rate_limited: (body: unknown) => void;
  session_ended: (body: unknown) => void;
}

/** What the widget emits, by event name. */
export interface ClientEvents {
  session_request: (body: { after_seq: number }, ack: (answer: unknown) => void) => void;
  user_uttered: (body: UserUttered, ack: (answer: unknown) => void) => void;
  read: (body: { seq: number }) => void;
}
