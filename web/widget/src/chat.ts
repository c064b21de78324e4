/** Joins the store with the services: every wish of the customer and every event of the line passes here. */

import type { Refusal, UserUttered } from "@gridcare/protocol";
import { backoff, sleep } from "./services/backoff";
import { Memory } from "./services/memory";
import { Outbox, STALE_MS } from "./services/outbox";
import { Sessions, TOKEN } from "./services/session";
import { Line } from "./services/socket";
import { prepare, upload, UploadRefused } from "./services/uploads";
import { cursor, hasGap, type Pending, Store } from "./store";
import type { Text } from "./text";

const GAP_MS = 800;
const TYPING_MS = 30_000;
const TRIES = 5;
const READ = "read";
const PASSING: readonly string[] = ["rate_limited", "busy"];

export class Chat {
  readonly store = new Store();
  readonly sessions: Sessions;
  /** Whether the customer has chosen 长辈版; undefined as long as nobody knows. */
  elder: boolean | undefined;
  #memory: Memory;
  #outbox: Outbox;
  #line: Line;
  #files = new Map<string, File>();
  #started = false;
  #confirmed = false;
  #sending = false;
  #renewals = 0;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #endings: (() => void)[] = [];

  constructor(
    readonly server: string,
    public text: Text,
    readonly memory = new Memory(),
  ) {
    this.#memory = memory;
    this.#outbox = new Outbox(memory);
    this.sessions = new Sessions(server, memory);
    this.#line = new Line(server, () => this.sessions.token, {
      connected: () => this.#askSession(),
      disconnected: (refused) => this.#disconnected(refused),
      confirmed: (confirm) => {
        if (confirm.last_seq < cursor(this.store.state)) return this.#startOver();
        this.store.dispatch({ type: "confirmed", confirm });
        this.store.dispatch({ type: "connection", connection: "online" });
        this.#confirmed = true;
        void this.#flush();
      },
      received: (message) => {
        this.store.dispatch({ type: "received", message });
        this.#mendGap();
      },
      typing: (on) => this.#typing(on),
      ended: () => {
        this.clear();
        this.notice(this.text.ended);
      },
    });
    this.store.dispatch({ type: "read", seq: Number(memory.get(READ)) || 0 });
    this.#restore();
    this.store.subscribe(({ pending }, before) => {
      for (const gone of before.pending.filter((old) => !pending.some(({ msg_id }) => msg_id === old.msg_id)))
        this.#settled(gone);
    });
    this.#listen();
  }

  /** Whether this browser already has a conversation or something to send. */
  get known(): boolean {
    return this.sessions.token !== null || this.store.state.pending.length > 0;
  }

  /** Connect. Does nothing when already connected or connecting. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#renew();
  }

  say(text: string): void {
    if (text.trim()) this.#queue({ text: text.trim() });
  }

  choose(id: string, title: string): void {
    this.#queue({ choice: id, label: title });
  }

  /** Send a picture, with words where there are any. Tells the customer when it cannot be sent. */
  async show(file: File, text: string): Promise<void> {
    const checked = await prepare(file, this.sessions.limits.upload_bytes).catch(refusal);
    if (checked instanceof UploadRefused) return this.notice(this.text.uploadRefused[checked.reason]);
    const picture = checked instanceof File ? checked : new File([checked], file.name, { type: checked.type });
    const msg_id = newId();
    this.#files.set(msg_id, picture);
    const words = text.trim() ? { text: text.trim() } : {};
    this.#queue({ msg_id, preview: URL.createObjectURL(picture), ...words });
  }

  retry(msg_id: string): void {
    this.store.dispatch({ type: "retried", msg_id });
    this.start();
    void this.#flush();
  }

  drop(msg_id: string): void {
    this.store.dispatch({ type: "dropped", msg_id });
  }

  notice(notice: string): void {
    this.store.dispatch({ type: "notice", notice });
  }

  /** Everything up to the newest message has been seen. */
  markRead(): void {
    const seq = this.store.state.messages.at(-1)?.seq ?? 0;
    if (seq <= this.store.state.read) return;
    this.store.dispatch({ type: "read", seq });
    this.#memory.set(READ, String(seq));
    this.#line.read(seq);
  }

  /** End the conversation and remove every trace of it from this browser, other tabs included. */
  clear(): void {
    this.#forget();
    this.sessions.forget();
    this.#started = false;
    this.start();
  }

  destroy(): void {
    for (const end of this.#endings) end();
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#typingTimer);
    this.#line.close();
    this.#started = false;
  }

  #forget(): void {
    this.#line.close();
    this.#confirmed = false;
    this.#outbox.clear();
    this.#memory.delete(READ);
    this.store.dispatch({ type: "cleared", pending: [] });
    this.store.dispatch({ type: "connection", connection: "connecting" });
  }

  #restore(): void {
    const now = Date.now();
    for (const pending of this.#outbox.left()) {
      const stale = now - Date.parse(pending.at) > STALE_MS;
      this.store.dispatch({ type: "queued", pending: stale ? { ...pending, error: this.text.stale } : pending });
    }
  }

  #listen(): void {
    const wake = (): void => {
      if (this.#started && !this.#confirmed && !document.hidden) this.#line.open();
    };
    addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    const unwatch = this.#memory.watch(TOKEN, (token) => this.#tokenChanged(token));
    this.#endings = [
      () => removeEventListener("online", wake),
      () => document.removeEventListener("visibilitychange", wake),
      unwatch,
    ];
  }

  /** Another tab has ended the conversation (null), or begun the next one. */
  #tokenChanged(token: string | null): void {
    if (token === null) {
      this.#forget();
      this.#started = false;
    } else if (!this.#started && this.store.state.open) this.start();
  }

  async #renew(): Promise<void> {
    while (this.#started) {
      try {
        await this.sessions.renew();
        if (this.#started) this.#line.open();
        return;
      } catch {
        this.store.dispatch({ type: "connection", connection: "offline" });
        await sleep(backoff(this.#renewals++));
      }
    }
  }

  #disconnected(refused: boolean): void {
    this.#confirmed = false;
    if (!this.#started) return;
    this.store.dispatch({ type: "connection", connection: "offline" });
    if (refused) setTimeout(() => void this.#renew(), backoff(this.#renewals++));
  }

  #askSession(): void {
    this.#line.requestSession(cursor(this.store.state)).catch(() => this.#line.again());
  }

  /** The server does not know what we know: another conversation has begun under our token. */
  #startOver(): void {
    this.#memory.delete(READ);
    this.store.dispatch({ type: "cleared", pending: this.store.state.pending });
    this.#askSession();
  }

  /** A message has left the queue, however that came about. */
  #settled({ msg_id }: Pending): void {
    this.#outbox.drop(msg_id);
    this.#files.delete(msg_id);
  }

  #mendGap(): void {
    if (this.#gapTimer !== undefined || !hasGap(this.store.state)) return;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = undefined;
      if (this.#confirmed && hasGap(this.store.state)) this.#askSession();
    }, GAP_MS);
  }

  #typing(on: boolean): void {
    clearTimeout(this.#typingTimer);
    this.store.dispatch({ type: "typing", on });
    if (on) this.#typingTimer = setTimeout(() => this.store.dispatch({ type: "typing", on: false }), TYPING_MS);
  }

  #queue(said: Partial<Pending>): void {
    const pending = { msg_id: newId(), at: new Date().toISOString(), ...said };
    this.store.dispatch({ type: "queued", pending });
    this.#outbox.keep(pending);
    this.start();
    void this.#flush();
  }

  /** Send what waits, one after the other, so that the order of writing is the order of arrival. */
  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#next(); next && this.#confirmed; next = this.#next()) await this.#deliver(next);
    } finally {
      this.#sending = false;
    }
  }

  #next(): Pending | undefined {
    return this.store.state.pending.find(({ error }) => !error);
  }

  async #deliver(pending: Pending): Promise<void> {
    for (let attempt = 0; this.#confirmed; attempt++) {
      try {
        const answer = await this.#line.say(await this.#body(pending));
        if (answer.ok) return this.#delivered(pending.msg_id, answer.seq);
        if (!PASSING.includes(answer.error.code) || attempt >= TRIES) return this.#fail(pending.msg_id, answer.error);
        await sleep((answer.error.retry_after ?? 0) * 1000 || backoff(attempt));
      } catch (problem) {
        const refused = problem instanceof UploadRefused ? this.text.uploadRefused[problem.reason] : "";
        if (refused || attempt >= TRIES) return this.#fail(pending.msg_id, { code: "failed", message: refused });
        await sleep(backoff(attempt));
      }
    }
  }

  async #body({ msg_id, text, choice, upload: kept }: Pending): Promise<UserUttered> {
    const file = this.#files.get(msg_id);
    const id = kept ?? (file && (await this.#upload(msg_id, file)));
    return { msg_id, ...(text && { text }), ...(choice && { choice }), ...(id && { upload: id }), profile: { elder: this.elder } };
  }

  async #upload(msg_id: string, file: File): Promise<string> {
    const { id } = await upload(this.server, this.sessions.token ?? "", file);
    this.store.dispatch({ type: "uploaded", msg_id, upload: id });
    this.#files.delete(msg_id);
    const pending = this.store.state.pending.find((each) => each.msg_id === msg_id);
    if (pending) this.#outbox.keep(pending);
    return id;
  }

  #delivered(msg_id: string, seq: number | undefined): void {
    if (seq) this.store.dispatch({ type: "acked", msg_id, seq });
    else this.store.dispatch({ type: "dropped", msg_id });
    this.#mendGap();
  }

  #fail(msg_id: string, { message }: Refusal): void {
    this.store.dispatch({ type: "failed", msg_id, error: message || this.text.failed });
  }
}

function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function refusal(problem: unknown): UploadRefused {
  return problem instanceof UploadRefused ? problem : new UploadRefused("type");
}
