/** The console's REST side. The session is a cookie scripts cannot read; every change carries the CSRF token. */

import type {
  Agent,
  AuditPage,
  Board,
  ConsoleMessage,
  Criterion,
  Detail,
  Hit,
  MaskedField,
  Me,
  Order,
  OrderDraft,
  PresenceState,
  Row,
  Sample,
  Suggestion,
} from "../contract";
import { asConsoleMessage, asRow, list } from "../guards";

const BASE = "/api/v1/console";
const PATIENCE_MS = 15_000;

/** A refusal of the server, or no answer (`kind` unreachable). `agent` names who was faster. */
export class Refused extends Error {
  constructor(
    readonly kind: string,
    readonly status: number,
    readonly agent = "",
  ) {
    super(kind);
  }
}

async function refusal(response: Response): Promise<Refused> {
  const body = await response.json().catch(() => ({}));
  const kind = String(body?.type ?? "").split("/").at(-1) || String(response.status);
  return new Refused(kind, response.status, body?.agent_name ?? body?.agent ?? "");
}

export class Api {
  csrf = "";

  constructor(readonly onUnauthorized: () => void = () => {}) {}

  async login(name: string, password: string, code: string): Promise<Me> {
    return this.#remember(await this.#send<Me>("POST", "/login", { name, password, ...(code ? { code } : {}) }));
  }

  async me(): Promise<Me> {
    return this.#remember(await this.#send<Me>("GET", "/me"));
  }

  logout = (): Promise<void> => this.#send("POST", "/logout");
  presence = (state: PresenceState, capacity: number): Promise<Agent> => this.#send("PUT", "/presence", { state, capacity });

  async conversations(): Promise<Row[]> {
    const body = await this.#send<{ conversations: unknown }>("GET", "/conversations");
    return list(body.conversations, asRow);
  }

  detail = (id: string): Promise<Detail> => this.#send("GET", at(id));

  async history(id: string, before: number): Promise<{ messages: ConsoleMessage[]; more: boolean }> {
    const query = new URLSearchParams({ limit: "50", ...(before ? { before: String(before) } : {}) });
    const body = await this.#send<{ messages: unknown; more: boolean }>("GET", `${at(id)}/messages?${query}`);
    return { messages: list(body.messages, asConsoleMessage), more: body.more === true };
  }

  take = (row: Row): Promise<Row> => this.#send("POST", `${at(row.id)}/take`, { version: row.version });
  release = (row: Row, note: string): Promise<Row> => this.#send("POST", `${at(row.id)}/release`, { version: row.version, note });
  resolve = (row: Row, reason: string, note: string): Promise<Row> =>
    this.#send("POST", `${at(row.id)}/resolve`, { version: row.version, reason, note });
  transfer = (row: Row, target: { to_agent: string } | { to_skill: string }, note: string): Promise<Row> =>
    this.#send("POST", `${at(row.id)}/transfer`, { version: row.version, ...target, note });
  reassign = (row: Row, to_agent: string): Promise<Row> =>
    this.#send("POST", `${at(row.id)}/reassign`, { version: row.version, to_agent });
  listen = (id: string, on: boolean): Promise<void> => this.#send("POST", `${at(id)}/listen`, { on });

  async say(id: string, said: { msg_id: string; text?: string; upload?: string }): Promise<ConsoleMessage> {
    return taken(await this.#send("POST", `${at(id)}/messages`, said));
  }

  async note(id: string, note: { msg_id: string; text: string; whisper?: boolean }): Promise<ConsoleMessage> {
    return taken(await this.#send("POST", `${at(id)}/notes`, note));
  }

  read = (id: string, seq: number): Promise<void> => this.#send("POST", `${at(id)}/read`, { seq });

  async reveal(id: string, field: MaskedField, reason: string): Promise<string> {
    const body = await this.#send<{ value: string }>("POST", `${at(id)}/reveal`, { field, reason });
    return body.value;
  }

  suggestion = async (id: string): Promise<Suggestion | null> => (await this.#send<Suggestion | undefined>("GET", `${at(id)}/suggestion`)) ?? null;

  /** `key` makes a repeated order the same order. */
  order(id: string, key: string, draft: OrderDraft): Promise<Order> {
    const { kind, ...fields } = draft;
    const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
    return this.#send("POST", `${at(id)}/orders`, { key, kind, body });
  }

  amend = (id: string, order_no: string, change: { key: string; description?: string; urge?: boolean }): Promise<Order> =>
    this.#send("PATCH", `${at(id)}/orders/${encodeURIComponent(order_no)}`, change);

  async upload(id: string, file: File): Promise<{ id: string; url: string }> {
    const form = new FormData();
    form.append("file", file);
    return this.#send("POST", `/uploads?conversation=${encodeURIComponent(id)}`, form);
  }

  search = async (words: string): Promise<Hit[]> =>
    (await this.#send<{ hits: Hit[] }>("GET", `/search?${new URLSearchParams({ q: words, limit: "50" })}`)).hits;
  board = (): Promise<Board> => this.#send("GET", "/board");
  samples = async (): Promise<Sample[]> => (await this.#send<{ samples: Sample[] }>("GET", "/samples")).samples;
  score = (id: string, scores: Record<Criterion, number>, comment: string): Promise<void> =>
    this.#send("POST", `/samples/${encodeURIComponent(id)}/score`, { scores, comment });

  audit(filter: { before?: number; actor?: string; action?: string }): Promise<AuditPage> {
    const given = Object.entries(filter).filter(([, value]) => value).map(([name, value]) => [name, String(value)]);
    return this.#send("GET", `/audit?${new URLSearchParams([...given, ["limit", "100"]])}`);
  }

  #remember(me: Me): Me {
    this.csrf = me.csrf;
    return me;
  }

  async #send<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const form = body instanceof FormData;
    const response = await fetch(`${BASE}${path}`, {
      method,
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...(method === "GET" ? {} : { "X-CSRF-Token": this.csrf }),
        ...(body === undefined || form ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    }).catch(() => null);
    if (response === null) throw new Refused("unreachable", 0);
    if (!response.ok) {
      const refused = await refusal(response);
      if (refused.kind === "unauthorized" && path !== "/login" && path !== "/me") this.onUnauthorized();
      throw refused;
    }
    return response.status === 204 ? (undefined as Answer) : response.json();
  }
}

const at = (id: string): string => `/conversations/${encodeURIComponent(id)}`;

function taken(value: unknown): ConsoleMessage {
  const message = asConsoleMessage(value);
  if (!message) throw new Refused("invalid-answer", 200);
  return message;
}
