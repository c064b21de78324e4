/** What the console knows, and how each event changes it. Pure: no clock, no network, no page. */

import type { Agent, ConsoleMessage, Detail, Me, Row, Suggestion, Viewer } from "./contract";

export type Tab = "mine" | "unassigned" | "all";
export type Page = "desk" | "board" | "search" | "samples" | "audit";
export type Sort = "waiting" | "priority" | "latest";
export type Connection = "connecting" | "online" | "offline";

export interface Filters {
  channel: string;
  status: string;
  priority: string;
  skill: string;
  words: string;
  sort: Sort;
}

/** What an agent has sent and the server has not yet taken. */
export interface Pending {
  msg_id: string;
  text: string;
  note: boolean;
  error?: string;
}

/** The conversation that is open. */
export interface Talk {
  id: string;
  detail: Detail | null;
  messages: readonly ConsoleMessage[];
  /** There are older messages on the server. */
  more: boolean;
  pending: readonly Pending[];
  viewers: readonly Viewer[];
  customerTyping: boolean;
  suggestion: Suggestion | null;
  /** Values shown in clear after a reason was given, by field. */
  revealed: Readonly<Record<string, string>>;
}

export interface State {
  me: Me | null;
  /** Whether it has been found out if somebody is logged in. */
  settled: boolean;
  connection: Connection;
  page: Page;
  rows: ReadonlyMap<string, Row>;
  agents: ReadonlyMap<string, Agent>;
  tab: Tab;
  filters: Filters;
  talk: Talk | null;
  /** A passing word to the agent: who was faster, what was refused. */
  notice: string;
}

export type Event =
  | { type: "login"; me: Me }
  | { type: "logout"; notice: string }
  | { type: "connection"; connection: Connection }
  | { type: "page"; page: Page }
  | { type: "rows"; rows: readonly Row[] }
  | { type: "row"; row: Row }
  | { type: "agent"; agent: Agent }
  | { type: "tab"; tab: Tab }
  | { type: "filter"; filters: Partial<Filters> }
  | { type: "opened"; id: string }
  | { type: "shut" }
  | { type: "detail"; id: string; detail: Detail }
  | { type: "messages"; id: string; messages: readonly ConsoleMessage[]; more?: boolean }
  | { type: "queued"; id: string; pending: Pending }
  | { type: "taken"; id: string; msg_id: string; message: ConsoleMessage }
  | { type: "refused"; id: string; msg_id: string; error: string }
  | { type: "dropped"; id: string; msg_id: string }
  | { type: "viewers"; id: string; viewers: readonly Viewer[] }
  | { type: "typing"; id: string; on: boolean }
  | { type: "suggestion"; id: string; suggestion: Suggestion | null }
  | { type: "revealed"; id: string; field: string; value: string | null }
  | { type: "read"; id: string; seq: number }
  | { type: "notice"; notice: string };

export const NO_FILTERS: Filters = { channel: "", status: "", priority: "", skill: "", words: "", sort: "waiting" };

export const EMPTY: State = {
  me: null,
  settled: false,
  connection: "connecting",
  page: "desk",
  rows: new Map(),
  agents: new Map(),
  tab: "mine",
  filters: NO_FILTERS,
  talk: null,
  notice: "",
};

const newTalk = (id: string): Talk => ({
  id,
  detail: null,
  messages: [],
  more: false,
  pending: [],
  viewers: [],
  customerTyping: false,
  suggestion: null,
  revealed: {},
});

const place = ({ seq, after_seq }: ConsoleMessage): number => seq ?? after_seq + 0.5;

/** Both lists as one, in the order of the talk, each message once. */
export function merge(known: readonly ConsoleMessage[], more: readonly ConsoleMessage[]): ConsoleMessage[] {
  const byId = new Map([...known, ...more].map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => place(a) - place(b) || a.at.localeCompare(b.at));
}

/** The number up to which the open talk has been received. */
export const lastSeq = (talk: Talk | null): number =>
  (talk?.messages ?? []).reduce((last, { seq }) => Math.max(last, seq ?? 0), 0);

function withRow(rows: ReadonlyMap<string, Row>, row: Row): ReadonlyMap<string, Row> {
  const known = rows.get(row.id);
  if (known && known.version > row.version) return rows;
  const next = new Map(rows);
  if (row.state === "CLOSED") next.delete(row.id);
  else next.set(row.id, { ...row, read_seq: Math.max(row.read_seq, known?.read_seq ?? 0) });
  return next;
}

function changeTalk(state: State, id: string, change: (talk: Talk) => Partial<Talk>): State {
  return state.talk?.id === id ? { ...state, talk: { ...state.talk, ...change(state.talk) } } : state;
}

function withMessages(state: State, id: string, messages: readonly ConsoleMessage[], more?: boolean): State {
  const sent = new Set(messages.map(({ msg_id }) => msg_id));
  return changeTalk(state, id, (talk) => ({
    messages: merge(talk.messages, messages),
    more: more ?? talk.more,
    pending: talk.pending.filter(({ msg_id }) => !sent.has(msg_id)),
    customerTyping: talk.customerTyping && !messages.some(({ from }) => from === "customer"),
  }));
}

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case "login": {
      const agents = new Map(event.me.agents.map((agent) => [agent.name, agent]));
      return { ...state, me: event.me, settled: true, agents, notice: "" };
    }
    case "logout":
      return { ...EMPTY, settled: true, notice: event.notice };
    case "connection":
      return { ...state, connection: event.connection };
    case "page":
      return { ...state, page: event.page };
    case "rows":
      return { ...state, rows: event.rows.reduce(withRow, new Map() as ReadonlyMap<string, Row>) };
    case "row": {
      const next = { ...state, rows: withRow(state.rows, event.row) };
      return changeTalk(next, event.row.id, ({ detail }) =>
        detail && detail.row.version <= event.row.version ? { detail: { ...detail, row: event.row } } : {},
      );
    }
    case "agent": {
      const me = state.me?.name === event.agent.name ? { ...state.me, ...mine(event.agent) } : state.me;
      return { ...state, me, agents: new Map(state.agents).set(event.agent.name, event.agent) };
    }
    case "tab":
      return { ...state, tab: event.tab };
    case "filter":
      return { ...state, filters: { ...state.filters, ...event.filters } };
    case "opened":
      return state.talk?.id === event.id ? state : { ...state, talk: newTalk(event.id) };
    case "shut":
      return { ...state, talk: null };
    case "detail":
      return changeTalk(state, event.id, () => ({ detail: event.detail, viewers: event.detail.viewers }));
    case "messages":
      return withMessages(state, event.id, event.messages, event.more);
    case "queued":
      return changeTalk(state, event.id, ({ pending }) => ({
        pending: [...pending.filter(({ msg_id }) => msg_id !== event.pending.msg_id), event.pending],
      }));
    case "taken":
      return changeTalk(withMessages(state, event.id, [event.message]), event.id, ({ pending }) => ({
        pending: pending.filter(({ msg_id }) => msg_id !== event.msg_id),
      }));
    case "refused":
      return changeTalk(state, event.id, ({ pending }) => ({
        pending: pending.map((each) => (each.msg_id === event.msg_id ? { ...each, error: event.error } : each)),
      }));
    case "dropped":
      return changeTalk(state, event.id, ({ pending }) => ({
        pending: pending.filter(({ msg_id }) => msg_id !== event.msg_id),
      }));
    case "viewers":
      return changeTalk(state, event.id, () => ({ viewers: event.viewers }));
    case "typing":
      return changeTalk(state, event.id, () => ({ customerTyping: event.on }));
    case "suggestion":
      return changeTalk(state, event.id, () => ({ suggestion: event.suggestion }));
    case "revealed":
      return changeTalk(state, event.id, ({ revealed }) => {
        const { [event.field]: _, ...others } = revealed;
        return { revealed: event.value === null ? others : { ...others, [event.field]: event.value } };
      });
    case "read": {
      const row = state.rows.get(event.id);
      if (!row || row.read_seq >= event.seq) return state;
      return { ...state, rows: new Map(state.rows).set(row.id, { ...row, read_seq: event.seq }) };
    }
    case "notice":
      return { ...state, notice: event.notice };
  }
}

const mine = ({ state, capacity, skills }: Agent): Pick<Me, "state" | "capacity" | "skills"> => ({ state, capacity, skills });

export class Store {
  #state: State = EMPTY;
  #listeners = new Set<(state: State, before: State) => void>();

  get state(): State {
    return this.#state;
  }

  dispatch(event: Event): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state !== before) for (const tell of this.#listeners) tell(this.#state, before);
  }

  subscribe(listener: (state: State, before: State) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
