/** `<grid-console>`: the whole page. Holds only what concerns this view; the work itself lives in the desk. */

import { controls } from "@gridcare/widget/src/styles/controls";
import { theme } from "@gridcare/widget/src/styles/theme";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { AuditPage, Board, Criterion, Hit, Sample } from "../contract";
import { Desk, words } from "../desk";
import { isLead, speaks } from "../inbox";
import { Alerts } from "../services/alerts";
import { Refused } from "../services/api";
import { type Command, commandOf, enabled } from "../services/shortcuts";
import type { State, Tab } from "../store";
import { desk as deskStyle } from "../styles/desk";
import { frame } from "../styles/frame";
import { pages } from "../styles/pages";
import { talk as talkStyle } from "../styles/talk";
import { text } from "../text";
import { bar, pagesOf } from "./bar";
import { board } from "./board";
import { BLANK, composer, type Draft } from "./composer";
import { dialog } from "./dialogs";
import { inbox } from "./inbox";
import { login, type LoginState } from "./login";
import { panel } from "./panel";
import { audit, type Review, samples, search } from "./review";
import { head, log } from "./talk";
import type { Ask, View } from "./view";

/** On screens this wide the customer's data stands beside the talk; on others it is called up. */
const ROOMY = "(min-width: 80rem)";
const TICK_MS = 5_000;
const NOTICE_MS = 8_000;
const NEAR_END = 120;
const NEXT_TAB: Record<Tab, Tab> = { mine: "unassigned", unassigned: "all", all: "mine" };
/** Commands that only the agent who has the word may give. */
const HOLDERS: readonly Command[] = ["transfer", "release", "resolve", "resolveNext"];

export class GridConsole extends LitElement {
  static override properties = {
    now: { state: true },
    asked: { state: true },
    sidebar: { state: true },
    login: { state: true },
    sound: { state: true },
    board: { state: true },
    hits: { state: true },
    review: { state: true },
    audit: { state: true },
  };
  declare now: number;
  declare asked: Ask | null;
  declare sidebar: boolean;
  declare login: LoginState;
  declare sound: boolean;
  declare board: Board | null;
  declare hits: readonly Hit[] | null;
  declare review: Review | null;
  declare audit: AuditPage | null;

  static override styles = [theme, controls, frame, deskStyle, talkStyle, pages];

  desk: Desk;
  #alerts = new Alerts();
  #drafts = new Map<string, Draft>();
  #atEnd = true;
  #shown = "";
  #auditFilter: Record<string, string> = {};
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #boardTimer: ReturnType<typeof setTimeout> | undefined;
  #endings: (() => void)[] = [];

  constructor() {
    super();
    this.now = Date.now();
    this.asked = null;
    this.sidebar = matchMedia(ROOMY).matches;
    this.login = { busy: false, code: false, error: "" };
    this.sound = this.#alerts.sound;
    this.board = this.hits = this.review = this.audit = null;
    this.desk = new Desk(this.#alerts);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.desk.onBoard = () => this.#boardSoon();
    const tick = setInterval(() => {
      this.now = Date.now();
    }, TICK_MS);
    this.#endings = [this.desk.store.subscribe((state, before) => this.#changed(state, before)), () => clearInterval(tick)];
    this.#listen(document, "keydown", (event) => this.#pressed(event as KeyboardEvent));
    this.#listen(document, "pointerdown", () => this.#gesture());
    this.#listen(document, "visibilitychange", () => this.desk.seen());
    void this.desk.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#endings) end();
    this.desk.live.close();
  }

  get #draft(): Draft {
    return this.#drafts.get(this.desk.state.talk?.id ?? "") ?? BLANK;
  }

  protected override render(): TemplateResult {
    const { state } = this.desk;
    if (!state.settled) return html`<p class="loading" role="status">${text.loading}</p>`;
    if (!state.me) return login(this.login, state.notice, (name, password, code) => void this.#login(name, password, code));
    const view: View = { state, desk: this.desk, now: this.now, ask: (ask) => this.#ask(ask) };
    return html`${bar(view, this.sound, () => void this.#setSound())}
      ${this.#page(view)}
      ${dialog(this.asked, view)}
      <p class="notice" role="status">${this.asked ? nothing : state.notice}</p>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const box = this.renderRoot.querySelector<HTMLDialogElement>("dialog");
    if (this.asked && box && !box.open) box.showModal();
    else if (!this.asked && box?.open) box.close();
    const thread = this.renderRoot.querySelector<HTMLElement>(".desk .log");
    const talk = this.desk.state.talk?.id ?? "";
    if (thread && (this.#atEnd || talk !== this.#shown)) thread.scrollTop = thread.scrollHeight;
    this.#shown = talk;
  }

  #page(view: View): TemplateResult {
    switch (view.state.page) {
      case "desk":
        return this.#deskPage(view);
      case "board":
        return board(this.board, view);
      case "search":
        return search(this.hits, view, (sought) => void this.#search(sought));
      case "samples":
        return samples(this.review, view, {
          choose: (sample) => void this.#sample(sample),
          save: (sample, scores, comment) => void this.#score(sample, scores, comment),
        });
      case "audit":
        return audit(
          this.audit,
          (filter) => void this.#audit(filter),
          () => void this.#audit(this.#auditFilter, true),
        );
    }
  }

  #deskPage(view: View): TemplateResult {
    const { talk } = view.state;
    const detail = talk?.detail;
    const actions = { change: (draft: Partial<Draft>) => this.#write(draft), send: () => void this.#send() };
    return html`<main class="desk ${talk ? "open" : ""} ${this.sidebar && talk ? "with-panel" : ""}">
      <h1 class="unseen">${text.nav.desk}</h1>
      ${inbox(view)}
      ${
        talk
          ? html`<section class="talk" aria-label=${text.talk.log}>
              ${head(view, this.sidebar, () => {
                this.sidebar = !this.sidebar;
              })}
              <div class="thread" @scroll=${{ handleEvent: (event: Event) => this.#scrolled(event), capture: true }}>${log(talk, view)}</div>
              ${pagesOf(view.state.me?.roles ?? []).includes("desk") ? composer(view, this.#draft, actions) : nothing}
            </section>`
          : html`<section class="talk none"><p>${text.talk.none}</p><p class="quiet">${text.talk.noneMore}</p></section>`
      }
      ${detail && this.sidebar ? panel(detail, view) : nothing}
    </main>`;
  }

  #listen(target: EventTarget, name: string, listener: (event: Event) => void): void {
    target.addEventListener(name, listener);
    this.#endings.push(() => target.removeEventListener(name, listener));
  }

  #changed(state: State, before: State): void {
    this.requestUpdate();
    if (state.page !== before.page || state.me !== before.me) this.#entered(state);
    if (state.notice && state.notice !== before.notice) {
      clearTimeout(this.#noticeTimer);
      this.#noticeTimer = setTimeout(() => this.desk.notice(""), NOTICE_MS);
    }
    if (!state.me && before.me) {
      this.#drafts.clear();
      this.asked = this.board = this.hits = this.review = this.audit = null;
    }
  }

  /** A page has been opened: fetch what it shows. */
  #entered({ page, me }: State): void {
    if (!me) return;
    if (page === "board" && isLead(me.roles)) void this.#loadBoard();
    if (page === "samples" && !this.review) void this.#loadSamples();
    if (page === "audit" && !this.audit) void this.#audit({});
  }

  #scrolled({ target }: Event): void {
    const { scrollTop, scrollHeight, clientHeight } = target as HTMLElement;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #ask(ask: Ask | null): void {
    if (ask) this.desk.notice("");
    this.asked = ask;
  }

  #gesture(): void {
    this.#alerts.wake();
    this.desk.touch();
  }

  async #setSound(): Promise<void> {
    const on = !this.sound;
    this.sound = on;
    await this.#alerts.setSound(on);
  }

  #write(change: Partial<Draft>): void {
    const id = this.desk.state.talk?.id;
    if (!id) return;
    this.#drafts.set(id, { ...this.#draft, ...change });
    this.requestUpdate();
    if (change.text !== undefined || change.note !== undefined) void this.updateComplete.then(() => this.#focus("textarea"));
  }

  async #send(): Promise<void> {
    const { text: said, note } = this.#draft;
    this.#write({ text: "" });
    this.#atEnd = true;
    await this.desk.say(said.trim(), note);
  }

  #focus(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  #pressed(event: KeyboardEvent): void {
    this.#gesture();
    if (!this.desk.me || this.asked || !enabled()) return;
    const focus = event.composedPath()[0];
    const writing = focus instanceof HTMLElement && focus.matches("input, textarea, select");
    const command = commandOf(event, writing);
    if (!command) return;
    event.preventDefault();
    this.#command(command);
  }

  #command(command: Command): void {
    const { desk } = this;
    const holds = speaks(desk.row, desk.me?.name ?? "");
    if (HOLDERS.includes(command) && !holds) return;
    const doing: Record<Command, () => void> = {
      next: () => void desk.step(1),
      previous: () => void desk.step(-1),
      take: () => void desk.take(),
      reply: () => this.#write({ note: false }),
      note: () => this.#write({ note: true }),
      transfer: () => this.#ask({ kind: "transfer" }),
      release: () => this.#ask({ kind: "release" }),
      resolve: () => this.#ask({ kind: "resolve", thenNext: false }),
      resolveNext: () => this.#ask({ kind: "resolve", thenNext: true }),
      tab: () => desk.store.dispatch({ type: "tab", tab: NEXT_TAB[desk.state.tab] }),
      sidebar: () => {
        this.sidebar = !this.sidebar;
      },
      help: () => this.#ask({ kind: "help" }),
    };
    doing[command]();
  }

  async #login(name: string, password: string, code: string): Promise<void> {
    this.login = { ...this.login, busy: true, error: "" };
    try {
      await this.desk.login(name, password, code);
      this.login = { busy: false, code: false, error: "" };
    } catch (error) {
      const needed = error instanceof Refused && error.kind === "code-needed";
      this.login = { busy: false, code: this.login.code || needed, error: words(error) };
    }
  }

  /** Many changes in a moment are one look at the board. */
  #boardSoon(): void {
    if (this.#boardTimer || this.desk.state.page !== "board") return;
    this.#boardTimer = setTimeout(() => {
      this.#boardTimer = undefined;
      void this.#loadBoard();
    }, 1_000);
  }

  async #loadBoard(): Promise<void> {
    await this.desk.try(async () => {
      this.board = await this.desk.api.board();
    });
  }

  async #loadSamples(): Promise<void> {
    await this.desk.try(async () => {
      this.review = { samples: await this.desk.api.samples(), chosen: null, messages: [] };
    });
  }

  async #sample(sample: Sample): Promise<void> {
    await this.desk.try(async () => {
      const { messages } = await this.desk.api.history(sample.conversation, 0);
      if (this.review) this.review = { ...this.review, chosen: sample, messages };
    });
  }

  async #score(sample: Sample, scores: Record<Criterion, number>, comment: string): Promise<void> {
    const saved = await this.desk.try(() => this.desk.api.score(sample.id, scores, comment));
    if (!saved) return;
    await this.#loadSamples();
    this.desk.notice(text.done.scored);
  }

  async #search(sought: string): Promise<void> {
    await this.desk.try(async () => {
      this.hits = await this.desk.api.search(sought);
    });
  }

  async #audit(filter: Record<string, string>, more = false): Promise<void> {
    this.#auditFilter = filter;
    await this.desk.try(async () => {
      const before = more ? this.audit?.entries.at(-1)?.id : undefined;
      const page = await this.desk.api.audit({ ...filter, ...(before ? { before } : {}) });
      this.audit = more && this.audit ? { ...page, entries: [...this.audit.entries, ...page.entries] } : page;
    });
  }
}
