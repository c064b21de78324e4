/** `<grid-chat>`: launcher and panel. Holds only what concerns this view; the talk itself lives in the store. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Chat } from "../chat";
import { type State, unread } from "../store";
import { controls } from "../styles/controls";
import { panel } from "../styles/panel";
import { talk as talkStyle } from "../styles/talk";
import { theme } from "../styles/theme";
import { textFor, zhCN } from "../text";
import { composer, type Draft } from "./composer";
import type { Elder } from "./elder";
import { head } from "./head";
import * as icons from "./icons";
import { talk, typing } from "./talk";
import type { View } from "./view";

/** On screens this small the panel is a full-screen dialog. */
export const FULL_SCREEN = "(max-width: 36rem), (max-height: 28rem)";
const NEAR_END = 80;
const BLANK: Draft = { text: "", picture: null, preview: "" };

export class GridChat extends LitElement {
  static override properties = {
    server: {},
    heading: {},
    hotline: {},
    locale: {},
    position: { reflect: true },
    elder: {},
    draft: { state: true },
    asking: { state: true },
    behind: { state: true },
    live: { state: true },
  };
  declare server: string;
  declare heading: string;
  declare hotline: string;
  declare locale: string;
  declare position: string;
  /** Whether this page offers 长辈版: auto, on (where the customer has not said otherwise) or off. */
  declare elder: string;
  declare draft: Draft;
  declare asking: boolean;
  declare behind: boolean;
  declare live: boolean;

  static override styles = [theme, controls, panel, talkStyle];

  chat!: Chat;
  #elder: Elder | null = null;
  #atEnd = true;
  #small = matchMedia(FULL_SCREEN);
  #grown = new ResizeObserver(() => this.#atEnd && this.#toEnd());
  #endings: (() => void)[] = [];

  constructor() {
    super();
    this.server = location.origin;
    this.heading = this.hotline = this.locale = "";
    this.position = "right";
    this.elder = "auto";
    this.draft = BLANK;
    this.asking = this.behind = this.live = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.chat = new Chat(this.server, zhCN);
    void this.#speak();
    this.#endings = [this.chat.store.subscribe((state, before) => this.#changed(state, before))];
    this.#listen(this.#small, "change", () => this.#layOut());
    this.#listen(document, "visibilitychange", () => this.#seen());
    if (window.visualViewport) this.#listen(window.visualViewport, "resize", () => this.#fitViewport());
    this.#fitViewport();
    if (this.chat.known) this.chat.start();
    if (this.elder === "on" || this.chat.memory.get("elder")) void this.#elderMode();
    this.#tell("ready", {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#endings) end();
    this.#grown.disconnect();
    this.#elder?.destroy();
    this.#elder = null;
    this.chat.destroy();
  }

  get isOpen(): boolean {
    return this.chat.store.state.open;
  }

  /** Open the panel. `focus` false leaves the customer where they are, for a page that opens it by itself. */
  async open(focus = true): Promise<void> {
    if (this.isOpen) return;
    const news = unread(this.chat.store.state) > 0;
    this.chat.store.dispatch({ type: "opened", open: true });
    this.chat.start();
    await this.updateComplete;
    this.#layOut();
    const thread = this.renderRoot.querySelector(".thread");
    if (thread) this.#grown.observe(thread);
    this.#toEnd();
    if (focus) this.renderRoot.querySelector<HTMLElement>(news ? "#heading" : "textarea")?.focus();
    this.#seen();
  }

  close(): void {
    if (!this.isOpen) return;
    const within = this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement !== null;
    this.chat.store.dispatch({ type: "opened", open: false });
    this.#dialog?.close();
    this.#grown.disconnect();
    if (within) this.renderRoot.querySelector<HTMLElement>(".launcher")?.focus();
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else void this.open();
  }

  send(text: string): void {
    this.chat.say(text);
  }

  async setElder(on: boolean): Promise<void> {
    (await this.#elderMode())?.turn(on);
  }

  /** 长辈版, a file of its own that is loaded when somebody may want it. */
  async #elderMode(): Promise<Elder | null> {
    if (this.elder === "off") return null;
    const { Elder } = await import("./elder");
    return (this.#elder ??= new Elder(this));
  }

  protected override render(): TemplateResult {
    const view: View = {
      elder: this.#elder?.on ? this.#elder : null,
      state: this.chat.store.state,
      chat: this.chat,
      text: this.#elder?.on ? this.#elder.text(this.chat.text) : this.chat.text,
      locale: this.locale || "zh-CN",
    };
    return html`
      <dialog id="panel" lang=${view.locale} aria-labelledby="heading" @keydown=${this.#key} @cancel=${this.#cancel}>
        ${this.isOpen ? this.#panel(view) : nothing}
      </dialog>
      ${this.#launcher(view)}
    `;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.#atEnd) this.#toEnd();
  }

  #panel(view: View): TemplateResult {
    const actions = {
      heading: this.heading,
      hotline: this.hotline,
      switchElder: this.elder === "off" ? null : (on: boolean) => void this.setElder(on),
      askClear: () => void (this.asking = true),
      close: () => this.close(),
    };
    return html`
      ${head(view, actions)} ${this.asking ? this.#question(view) : nothing} ${this.#elder?.offer(view.state)}
      <p class="notice" role="alert">${view.state.notice}</p>
      ${talk(view, this.live, () => this.#scrolled())} ${typing(view)}
      ${
        this.behind
          ? html`<button type="button" class="newest" @click=${() => this.#toEnd()}>${icons.down}${view.text.newest}</button>`
          : nothing
      }
      ${view.elder?.dictation()} ${composer(view, this.draft, {
        write: (text) => void (this.draft = { ...this.draft, text }),
        attach: (picture) => this.#attach(picture),
        send: () => this.#send(),
      })}
    `;
  }

  #question({ text }: View): TemplateResult {
    const answer = (yes: boolean) => (): void => {
      this.asking = false;
      if (yes) this.chat.clear();
      this.renderRoot.querySelector<HTMLElement>("textarea")?.focus();
    };
    return html`<div class="question" role="alertdialog" aria-label=${text.clear} aria-describedby="clear-question">
      <p id="clear-question">${text.clearQuestion}</p>
      <button type="button" class="plain strong" @click=${answer(true)}>${text.clearYes}</button>
      <button type="button" class="plain" @click=${answer(false)}>${text.clearNo}</button>
    </div>`;
  }

  #launcher({ state, text }: View): TemplateResult {
    const count = unread(state);
    const content = state.open
      ? icons.cross
      : html`${icons.chat}<span>${text.launcherLabel}</span>${count ? html`<span class="unread">${Math.min(count, 99)}</span>` : nothing}`;
    return html`<button type="button" class="launcher ${state.open ? "open" : ""}" aria-expanded=${state.open} aria-controls="panel"
      aria-label=${state.open ? text.close : text.launcher(count)} @click=${() => this.toggle()}>${content}</button>`;
  }

  async #speak(): Promise<void> {
    this.chat.text = await textFor(this.locale);
    this.requestUpdate();
  }

  #send(): void {
    const { text, picture, preview } = this.draft;
    this.#atEnd = true;
    this.draft = BLANK;
    if (picture) void this.chat.show(picture, text);
    else this.chat.say(text);
    if (preview) URL.revokeObjectURL(preview);
    const area = this.renderRoot.querySelector("textarea");
    if (area) area.style.height = "";
    area?.focus();
  }

  #attach(picture: File | null): void {
    if (this.draft.preview) URL.revokeObjectURL(this.draft.preview);
    this.draft = { ...this.draft, picture, preview: picture ? URL.createObjectURL(picture) : "" };
    this.chat.notice("");
    this.renderRoot.querySelector("textarea")?.focus();
  }

  #changed(state: State, before: State): void {
    this.requestUpdate();
    if (state.messages !== before.messages && state.messages.some(({ profile }) => profile?.elder)) void this.#elderMode();
    if (state.open !== before.open) this.#tell(state.open ? "open" : "close", {});
    if (state.settled && !this.live) void this.updateComplete.then(() => setTimeout(() => (this.live = true), 500));
    if (before.settled && state.messages !== before.messages) this.#announce(state, before);
    if (unread(state) !== unread(before)) this.#tell("unread", { count: unread(state) });
    const failed = state.pending.find(({ msg_id, error }) => error && !before.pending.some((p) => p.msg_id === msg_id && p.error));
    if (failed) this.#tell("error", { message: failed.error });
    if (state.pending.length > before.pending.length) this.#atEnd = true;
    if (state.messages.length > before.messages.length) void this.updateComplete.then(() => this.#seen());
  }

  #announce(state: State, before: State): void {
    const known = new Set(before.messages.map(({ seq }) => seq));
    for (const message of state.messages.filter(({ seq }) => !known.has(seq))) this.#tell("message", message);
    if (!this.#atEnd && state.messages.length > known.size) this.behind = true;
  }

  /** What is on screen has been seen. */
  #seen(): void {
    if (this.isOpen && !document.hidden && this.#atEnd) this.chat.markRead();
  }

  #scrolled(): void {
    const log = this.#log;
    if (!log) return;
    this.#atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    if (this.#atEnd) {
      this.behind = false;
      this.#seen();
    }
  }

  #toEnd(): void {
    const log = this.#log;
    if (log) log.scrollTop = log.scrollHeight;
    this.#atEnd = true;
    this.behind = false;
  }

  /** Small screens get a modal dialog, others a panel beside the page; the same element is both. */
  #layOut(): void {
    const dialog = this.#dialog;
    if (!dialog || !this.isOpen) return;
    const modal = dialog.matches(":modal");
    if (dialog.open && modal === this.#small.matches) return;
    const active = (this.renderRoot as ShadowRoot).activeElement as HTMLElement | null;
    if (dialog.open) dialog.close();
    if (this.#small.matches) dialog.showModal();
    else dialog.setAttribute("open", "");
    active?.focus();
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.asking) this.asking = false;
      else this.close();
    }
  };

  #cancel = (event: Event): void => {
    event.preventDefault();
    this.close();
  };

  #fitViewport(): void {
    const height = window.visualViewport?.height;
    if (height) this.style.setProperty("--grid-chat-viewport", `${Math.round(height)}px`);
  }

  #listen(target: EventTarget, event: string, listener: () => void): void {
    target.addEventListener(event, listener);
    this.#endings.push(() => target.removeEventListener(event, listener));
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(`grid-chat:${name}`, { detail, bubbles: true, composed: true }));
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot?.querySelector("dialog") ?? null;
  }

  get #log(): HTMLElement | null {
    return this.renderRoot?.querySelector(".log") ?? null;
  }
}
