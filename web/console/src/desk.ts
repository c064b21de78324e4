/** One agent at work: joins the store with the REST side and the live line. Draws nothing. */

import { backoff, sleep } from "@gridcare/widget/src/services/backoff";
import type { ConsoleMessage, MaskedField, Me, OrderDraft, PresenceState, Row } from "./contract";
import { held, inbox, isLead, speaks, unreadOfMine, waiting } from "./inbox";
import type { Alerts } from "./services/alerts";
import { Api, Refused } from "./services/api";
import { newId } from "./services/ids";
import { Live } from "./services/live";
import { lastSeq, Store, type Page, type State } from "./store";
import { text } from "./text";

const ALIVE_MS = 25_000;
const REVEALED_MS = 60_000;
const TYPING_MS = 4_000;
const DETAIL_MS = 20_000;

export const words = (error: unknown): string => {
  if (!(error instanceof Refused)) return text.refused.other ?? "";
  if (error.kind === "taken") return text.takenBy(error.agent);
  return text.refused[error.kind] ?? text.refused.other ?? "";
};

export class Desk {
  readonly store = new Store();
  readonly api: Api;
  readonly live: Live;
  #timers: ReturnType<typeof setInterval>[] = [];
  #hiding: ReturnType<typeof setTimeout>[] = [];
  #active = Date.now();
  #saidTyping = 0;
  #attempt = 0;
  #listening = new Set<string>();

  constructor(
    readonly alerts: Alerts,
    api?: Api,
    makeLive: (csrf: () => string, events: ConstructorParameters<typeof Live>[1]) => Live = (csrf, events) => new Live(csrf, events),
  ) {
    this.api = api ?? new Api(() => this.#leave(text.ended));
    this.live = makeLive(() => this.api.csrf, {
      connected: () => void this.#connected(),
      disconnected: () => this.store.dispatch({ type: "connection", connection: "offline" }),
      refused: () => void this.#again(),
      row: (row) => this.#row(row),
      message: (conversation, message) => this.#message(conversation, message),
      typing: (id, on) => this.store.dispatch({ type: "typing", id, on }),
      viewers: (id, viewers) => this.store.dispatch({ type: "viewers", id, viewers }),
      agent: (agent) => this.store.dispatch({ type: "agent", agent }),
      board: () => this.onBoard(),
      ended: () => this.#leave(text.ended),
    });
    this.store.subscribe((state) => this.alerts.unread(unreadOfMine(state)));
  }

  /** Called when figures of the board have changed. */
  onBoard: () => void = () => {};

  get state(): State {
    return this.store.state;
  }

  get me(): Me | null {
    return this.state.me;
  }

  get row(): Row | undefined {
    return this.state.talk ? (this.state.rows.get(this.state.talk.id) ?? this.state.talk.detail?.row) : undefined;
  }

  async start(): Promise<void> {
    try {
      this.#enter(await this.api.me());
    } catch {
      this.store.dispatch({ type: "logout", notice: "" });
    }
  }

  async login(name: string, password: string, code: string): Promise<void> {
    this.#enter(await this.api.login(name, password, code));
  }

  async logout(): Promise<void> {
    await this.api.logout().catch(() => {});
    this.#leave("");
  }

  /** Somebody is at the keyboard: the session stays. */
  touch(): void {
    this.#active = Date.now();
  }

  async presence(state: PresenceState, capacity: number): Promise<void> {
    await this.try(async () => this.store.dispatch({ type: "agent", agent: await this.api.presence(state, capacity) }));
  }

  page(page: Page): void {
    this.store.dispatch({ type: "page", page });
  }

  async open(id: string): Promise<void> {
    const before = this.state.talk?.id;
    this.page("desk");
    if (before === id) return;
    if (before) this.live.unwatch(before);
    this.#hide();
    this.store.dispatch({ type: "opened", id });
    await Promise.all([this.#load(id), this.refresh(id), this.suggest(id)]);
  }

  shut(): void {
    if (this.state.talk) this.live.unwatch(this.state.talk.id);
    this.#hide();
    this.store.dispatch({ type: "shut" });
  }

  /** The next (1) or previous (-1) conversation of the list as it is shown. */
  async step(by: 1 | -1): Promise<void> {
    const list = inbox(this.state);
    const place = list.findIndex(({ id }) => id === this.state.talk?.id);
    const next = list[place < 0 ? (by > 0 ? 0 : list.length - 1) : place + by];
    if (next) await this.open(next.id);
  }

  async older(): Promise<void> {
    const { talk } = this.state;
    const first = talk?.messages.find(({ seq }) => seq !== null)?.seq;
    if (!talk || !first) return;
    await this.try(async () => {
      const page = await this.api.history(talk.id, first);
      this.store.dispatch({ type: "messages", id: talk.id, ...page });
    });
  }

  async refresh(id: string): Promise<void> {
    await this.try(async () => {
      const detail = await this.api.detail(id);
      this.store.dispatch({ type: "detail", id, detail });
    });
  }

  async suggest(id: string): Promise<void> {
    const suggestion = await this.api.suggestion(id).catch(() => null);
    this.store.dispatch({ type: "suggestion", id, suggestion });
  }

  async take(): Promise<void> {
    await this.#change((row) => this.api.take(row));
  }

  async release(note: string): Promise<boolean> {
    return this.#change((row) => this.api.release(row, note), text.done.released);
  }

  async resolve(reason: string, note: string): Promise<boolean> {
    return this.#change((row) => this.api.resolve(row, reason, note), text.done.resolved);
  }

  async transfer(target: { to_agent: string } | { to_skill: string }, note: string): Promise<boolean> {
    return this.#change((row) => this.api.transfer(row, target, note), text.done.transferred);
  }

  async reassign(agent: string): Promise<boolean> {
    return this.#change((row) => this.api.reassign(row, agent), text.done.reassigned);
  }

  listening(id: string): boolean {
    return this.#listening.has(id);
  }

  async listen(id: string): Promise<void> {
    const on = !this.#listening.has(id);
    await this.try(async () => {
      await this.api.listen(id, on);
      if (on) this.#listening.add(id);
      else this.#listening.delete(id);
    });
    this.store.dispatch({ type: "filter", filters: {} });
  }

  async say(said: string, note: boolean): Promise<void> {
    const { talk } = this.state;
    if (talk) await this.#send(talk.id, { msg_id: newId(), text: said, note });
  }

  async retry(msg_id: string): Promise<void> {
    const { talk } = this.state;
    const pending = talk?.pending.find((each) => each.msg_id === msg_id);
    if (talk && pending) await this.#send(talk.id, { msg_id, text: pending.text, note: pending.note });
  }

  drop(msg_id: string): void {
    const { talk } = this.state;
    if (talk) this.store.dispatch({ type: "dropped", id: talk.id, msg_id });
  }

  async attach(file: File): Promise<void> {
    const { talk } = this.state;
    if (!talk) return;
    await this.try(async () => {
      const { id: upload } = await this.api.upload(talk.id, file);
      const message = await this.api.say(talk.id, { msg_id: newId(), upload });
      this.store.dispatch({ type: "messages", id: talk.id, messages: [message] });
    });
  }

  /** The agent is writing: colleagues and the customer are told, at most every few seconds. */
  typing(): void {
    const { talk } = this.state;
    if (!talk || Date.now() - this.#saidTyping < TYPING_MS) return;
    this.#saidTyping = Date.now();
    this.live.typing(talk.id, true);
  }

  async reveal(field: MaskedField, reason: string): Promise<boolean> {
    const { talk } = this.state;
    if (!talk) return false;
    return this.try(async () => {
      const value = await this.api.reveal(talk.id, field, reason);
      this.store.dispatch({ type: "revealed", id: talk.id, field, value });
      const hide = (): void => this.store.dispatch({ type: "revealed", id: talk.id, field, value: null });
      this.#hiding.push(setTimeout(hide, REVEALED_MS));
    });
  }

  async order(key: string, draft: OrderDraft): Promise<boolean> {
    const { talk } = this.state;
    if (!talk) return false;
    return this.try(async () => {
      const order = await this.api.order(talk.id, key, draft);
      this.notice(text.dialog.order.done(order.order_no));
      await this.refresh(talk.id);
    });
  }

  async amend(order_no: string, change: { key: string; description?: string; urge?: boolean }): Promise<boolean> {
    const { talk } = this.state;
    if (!talk) return false;
    return this.try(async () => {
      await this.api.amend(talk.id, order_no, change);
      this.notice(change.urge ? text.done.urged : text.dialog.amend.done);
      await this.refresh(talk.id);
    });
  }

  notice(notice: string): void {
    this.store.dispatch({ type: "notice", notice });
  }

  /** The open talk is on the screen: its messages count as read. */
  seen(): void {
    const { talk, me } = this.state;
    const seq = lastSeq(talk);
    const row = this.row;
    if (!talk || !row || !seq || document.hidden || row.read_seq >= seq) return;
    this.store.dispatch({ type: "read", id: talk.id, seq });
    if (me) void this.api.read(talk.id, seq).catch(() => {});
  }

  /** Do it, or say why it did not work. */
  async try(doing: () => Promise<void>): Promise<boolean> {
    try {
      await doing();
      return true;
    } catch (error) {
      this.notice(words(error));
      return false;
    }
  }

  #enter(me: Me): void {
    this.#active = Date.now();
    this.store.dispatch({ type: "login", me });
    if (!me.roles.includes("agent") && !isLead(me.roles)) this.page("audit");
    this.live.open();
    this.#timers = [setInterval(() => this.#beat(), ALIVE_MS), setInterval(() => this.#refreshOpen(), DETAIL_MS)];
  }

  /** The live line was refused: come back when the session still holds, else leave. */
  async #again(): Promise<void> {
    await sleep(backoff(this.#attempt++));
    if (!this.me) return;
    try {
      await this.api.me();
      this.live.open();
    } catch (error) {
      if (error instanceof Refused && error.kind === "unauthorized") this.#leave(text.ended);
      else void this.#again();
    }
  }

  #leave(notice: string): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#hide();
    this.#listening.clear();
    this.live.close();
    this.store.dispatch({ type: "logout", notice });
  }

  #beat(): void {
    const idle = (Date.now() - this.#active) / 1000;
    if (this.me && idle > this.me.limits.idle_seconds) void this.logout().then(() => this.notice(text.idle));
    else if (idle * 1000 < 2 * ALIVE_MS) this.live.alive();
  }

  #refreshOpen(): void {
    const { talk } = this.state;
    if (talk && !document.hidden) void this.refresh(talk.id);
  }

  #hide(): void {
    for (const timer of this.#hiding) clearTimeout(timer);
    this.#hiding = [];
  }

  async #connected(): Promise<void> {
    this.#attempt = 0;
    this.store.dispatch({ type: "connection", connection: "online" });
    await this.try(async () => this.store.dispatch({ type: "rows", rows: await this.api.conversations() }));
    const { talk } = this.state;
    if (talk) await Promise.all([this.#load(talk.id), this.refresh(talk.id)]);
  }

  /** Watch first, so that nothing said in between is missed; then the newest page of history when the talk is new. */
  async #load(id: string): Promise<void> {
    await this.try(async () => {
      const after = lastSeq(this.state.talk);
      if (after) {
        const messages = await this.live.watch(id, after);
        this.store.dispatch({ type: "messages", id, messages });
      } else {
        const watched = this.live.watch(id, this.state.rows.get(id)?.last_seq ?? 0).catch(() => []);
        const [page, messages] = await Promise.all([this.api.history(id, 0), watched]);
        this.store.dispatch({ type: "messages", id, messages: [...page.messages, ...messages], more: page.more });
      }
    });
    this.seen();
  }

  #row(row: Row): void {
    const before = this.state.rows.get(row.id);
    this.store.dispatch({ type: "row", row });
    const { me } = this.state;
    if (!me) return;
    const comes = row.agent === me.name && held(row) && before?.agent !== me.name;
    const queues = waiting(row) && (!before || !waiting(before));
    if (queues && row.hazard) this.alerts.news("hazard");
    else if (comes && this.state.talk?.id !== row.id) this.alerts.news("assigned");
    else if (queues) this.alerts.news("waiting");
    else if (row.agent === me.name && before && row.last_seq > before.last_seq && (document.hidden || this.state.talk?.id !== row.id))
      this.alerts.news("message");
  }

  #message(id: string, message: ConsoleMessage): void {
    this.store.dispatch({ type: "messages", id, messages: [message] });
    if (this.state.talk?.id !== id) return;
    this.seen();
    if (message.from === "customer" && speaks(this.row, this.me?.name ?? "")) void this.suggest(id);
  }

  async #send(id: string, said: { msg_id: string; text: string; note: boolean }): Promise<void> {
    const { note, ...message } = said;
    this.store.dispatch({ type: "queued", id, pending: said });
    try {
      const whisper = note && this.#listening.has(id);
      const taken = note
        ? await this.api.note(id, { ...message, ...(whisper ? { whisper } : {}) })
        : await this.api.say(id, message);
      this.store.dispatch({ type: "taken", id, msg_id: said.msg_id, message: taken });
    } catch (error) {
      this.store.dispatch({ type: "refused", id, msg_id: said.msg_id, error: words(error) });
    }
  }

  /** A change of who has the word. Refused because somebody was faster: say who, and show the row as it is now. */
  async #change(ask: (row: Row) => Promise<Row>, done = ""): Promise<boolean> {
    const row = this.row;
    if (!row) return false;
    const changed = await this.try(async () => {
      this.store.dispatch({ type: "row", row: await ask(row) });
      this.notice(done);
    });
    await this.refreshQuietly(row.id);
    return changed;
  }

  async refreshQuietly(id: string): Promise<void> {
    const detail = await this.api.detail(id).catch(() => null);
    if (!detail) return;
    this.store.dispatch({ type: "detail", id, detail });
    this.store.dispatch({ type: "row", row: detail.row });
  }
}
