/**
 * What the widget knows, and how each event changes it. Pure: no clock, no network, no page.
 *
 * The server numbers the messages of a conversation from 1 without gaps. The store keeps them sorted, each once,
 * whatever comes late, twice or out of order; what the customer has sent and the server has not yet numbered waits in
 * `pending`, in the order it was written.
 */

import type { Message, SessionConfirm } from "@gridcare/protocol";

export interface Pending {
  msg_id: string;
  at: string;
  text?: string;
  choice?: string;
  /** Title of the chosen button: what the customer sees as their own words. */
  label?: string;
  upload?: string;
  /** Where the picture can be seen by this page. */
  preview?: string;
  error?: string;
}

export type Connection = "connecting" | "online" | "offline";

export interface State {
  messages: readonly Message[];
  pending: readonly Pending[];
  connection: Connection;
  owner: string;
  typing: boolean;
  open: boolean;
  /** Number of the last message the customer has seen. */
  read: number;
  /** A session has been confirmed: from now on new messages are announced to screen readers. */
  settled: boolean;
  /** A passing hint: an upload refused, too fast. */
  notice: string;
}

export type Event =
  | { type: "confirmed"; confirm: SessionConfirm }
  | { type: "received"; message: Message }
  | { type: "queued"; pending: Pending }
  | { type: "uploaded"; msg_id: string; upload: string }
  | { type: "acked"; msg_id: string; seq: number }
  | { type: "failed"; msg_id: string; error: string }
  | { type: "retried"; msg_id: string }
  | { type: "dropped"; msg_id: string }
  | { type: "connection"; connection: Connection }
  | { type: "typing"; on: boolean }
  | { type: "opened"; open: boolean }
  | { type: "read"; seq: number }
  | { type: "notice"; notice: string }
  | { type: "cleared"; pending: readonly Pending[] };

export const EMPTY: State = {
  messages: [],
  pending: [],
  connection: "connecting",
  owner: "bot",
  typing: false,
  open: false,
  read: 0,
  settled: false,
  notice: "",
};

/** The last number up to which nothing is missing. */
export function cursor(state: State): number {
  let last = 0;
  for (const { seq } of state.messages) {
    if (seq !== last + 1) break;
    last = seq;
  }
  return last;
}

/** Whether a message is known whose predecessor is not. */
export function hasGap(state: State): boolean {
  return cursor(state) < (state.messages.at(-1)?.seq ?? 0);
}

/** How many messages for the customer are not yet seen. */
export function unread(state: State): number {
  return state.messages.filter(({ from, seq }) => from !== "customer" && seq > state.read).length;
}

/** Whether the buttons of this message may still be pressed: nothing has been said since. */
export function answerable(state: State, message: Message): boolean {
  const saidSince = state.messages.some(({ from, seq }) => from === "customer" && seq > message.seq);
  return !saidSince && state.pending.every(({ error }) => error);
}

function insert(state: State, fresh: readonly Message[]): State {
  const bySeq = new Map(state.messages.map((message) => [message.seq, message]));
  for (const message of fresh) if (!bySeq.has(message.seq)) bySeq.set(message.seq, message);
  const mine = new Set(fresh.map(({ msg_id }) => msg_id));
  return {
    ...state,
    messages: [...bySeq.values()].sort((a, b) => a.seq - b.seq),
    pending: state.pending.filter(({ msg_id }) => !mine.has(msg_id)),
  };
}

function own(pending: Pending, seq: number): Message {
  const { msg_id, at, text, label, preview } = pending;
  const words = text ?? label;
  return {
    seq,
    id: msg_id,
    msg_id,
    at,
    from: "customer",
    ...(words ? { text: words } : {}),
    ...(preview ? { image: { url: preview } } : {}),
  };
}

function change(state: State, msg_id: string, changed: (pending: Pending) => Pending): State {
  return { ...state, pending: state.pending.map((each) => (each.msg_id === msg_id ? changed(each) : each)) };
}

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case "confirmed":
      return { ...insert(state, event.confirm.messages), owner: event.confirm.owner, settled: true };
    case "received": {
      const { message } = event;
      const owner = message.from === "agent" ? "agent" : state.owner;
      return { ...insert(state, [message]), owner, typing: message.from === "customer" && state.typing };
    }
    case "queued":
      return { ...state, pending: [...state.pending, event.pending], notice: "" };
    case "uploaded":
      return change(state, event.msg_id, (each) => ({ ...each, upload: event.upload }));
    case "acked": {
      const sent = state.pending.find(({ msg_id }) => msg_id === event.msg_id);
      return sent ? insert(state, [own(sent, event.seq)]) : state;
    }
    case "failed":
      return change(state, event.msg_id, (each) => ({ ...each, error: event.error }));
    case "retried":
      return change(state, event.msg_id, ({ error: _, ...rest }) => rest);
    case "dropped":
      return { ...state, pending: state.pending.filter(({ msg_id }) => msg_id !== event.msg_id) };
    case "connection":
      return { ...state, connection: event.connection, typing: event.connection === "online" && state.typing };
    case "typing":
      return { ...state, typing: event.on };
    case "opened":
      return { ...state, open: event.open };
    case "read":
      return { ...state, read: Math.max(state.read, event.seq) };
    case "notice":
      return { ...state, notice: event.notice };
    case "cleared":
      return { ...EMPTY, open: state.open, connection: state.connection, pending: event.pending };
  }
}

export type Listener = (state: State, before: State) => void;

/** Holds the state and tells listeners of every change. */
export class Store {
  #state: State;
  #listeners = new Set<Listener>();

  constructor(initial: State = EMPTY) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  dispatch(event: Event): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state !== before) for (const listener of this.#listeners) listener(this.#state, before);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
