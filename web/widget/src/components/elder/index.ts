/** 长辈版: large plain text, few large choices, help that never leaves the screen. Loaded when somebody may want it. */

import type { Author, Message, QuickReply } from "@gridcare/protocol";
import { html, nothing, type TemplateResult } from "lit";
import type { State } from "../../store";
import { elder, pointer } from "../../styles/elder";
import type { Text } from "../../text";
import { elderText as words, PLAIN_WORDS } from "../../text/elder";
import type { GridChat } from "../grid-chat";
import type { HeadActions } from "../head";
import * as icons from "../icons";
import { richText, visible } from "../rich-text";
import type { View } from "../view";
import { KEY, type Kept, keep, noticed, recall, SIZES } from "./kept";
import { Dictation } from "./dictation";
import { type Run, Speech } from "./speech";

type Talk = View["chat"];

const AT_ONCE = 4;

/** The text in words that need no explaining. */
export const inPlainWords = (text: string): string =>
  PLAIN_WORDS.reduce((said, [trade, plain]) => said.replaceAll(trade, plain), text);

/** At most four choices at once: with more, three and the rest behind one that opens. */
export const atOnce = <Choice>(all: readonly Choice[]): [Choice[], Choice[]] => {
  const shown = all.length > AT_ONCE ? AT_ONCE - 1 : AT_ONCE;
  return [all.slice(0, shown), all.slice(shown)];
};

export class Elder {
  #kept: Kept;
  #tools = false;
  #home = false;
  #magnified = 0;
  #sure: QuickReply | null = null;
  #endings: (() => void)[];
  #speech: Speech;
  #dictation: Dictation;

  constructor(private readonly host: GridChat) {
    const { memory, store } = host.chat;
    const changed = (): void => host.requestUpdate();
    this.#speech = new Speech(host.chat, changed, () => host.chat.notice(words.mute));
    this.#dictation = new Dictation(this.#speech, (text) => void (host.draft = { ...host.draft, text }), changed);
    this.#kept = recall(memory);
    const root = host.renderRoot as ShadowRoot;
    const sheets = [elder.styleSheet, pointer()].filter((sheet) => sheet !== undefined);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets];
    this.#endings = [memory.watch(KEY, () => this.#become(recall(memory))), store.subscribe((state) => this.#note(state))];
    this.#become(this.#kept);
  }

  get on(): boolean {
    return this.#kept.on ?? this.host.elder === "on";
  }

  /** The widget leaves the page. */
  destroy(): void {
    for (const end of this.#endings) end();
    if (this.#speech.speaking) this.#speech.hush();
    this.#dictation.stop();
  }

  /** Switch on or off, as the customer decided. */
  turn(on: boolean): void {
    const { memory, store } = this.host.chat;
    const within = (this.host.renderRoot as ShadowRoot).activeElement !== null;
    const kept = { ...this.#kept, on, at: store.state.messages.at(-1)?.at ?? this.#kept.at };
    keep(memory, kept);
    this.#become(kept);
    if (within) void this.host.updateComplete.then(() => this.host.renderRoot.querySelector<HTMLElement>(".elder")?.focus());
  }

  /** Title, switch, size and close in words; below them the two ways to a person. */
  head({ chat, text, state }: View, actions: HeadActions, status: string): TemplateResult {
    const { heading, hotline, switchElder, askClear, close } = actions;
    const tools = (): void => this.#change(() => void (this.#tools = !this.#tools));
    return html`<div class="head">
        <h2 id="heading" class="unseen" tabindex="-1">${heading || text.title}</h2>
        <div class="help">
          ${switchElder ? html`<button type="button" class="elder" aria-pressed="true" @click=${() => switchElder(false)}>${icons.tick}${text.elder}</button>` : nothing}
          <button type="button" aria-expanded=${this.#tools} aria-controls="tools" @click=${tools}>${words.tools}</button>
          <button type="button" @click=${close}>${words.close}</button>
        </div>
        <div class="help">
          <button type="button" @click=${() => chat.say(text.person)}>${text.person}</button>
          ${hotline ? html`<a href="tel:${hotline}">${text.call(hotline)}</a>` : nothing}
        </div>
        <p class=${state.connection === "online" && state.owner !== "agent" ? "unseen" : `status ${state.connection}`} role="status">${status}</p>
      </div>
      <div id="tools" role="group" aria-label=${words.toolsLabel} ?hidden=${!this.#tools}>
        ${SIZES.map((size) => this.#sizeButton(size))}
        ${matchMedia("(pointer: fine)").matches ? html`<button type="button" class="plain wide" aria-pressed=${this.#kept.pointer} @click=${() => this.#set({ pointer: !this.#kept.pointer })}>${words.pointer}</button>` : nothing}
        <button type="button" class="plain wide" @click=${askClear}>${text.clear}</button>
      </div>`;
  }

  /** Whether to change over, asked in the page itself when the bot noticed that it would help. */
  offer({ messages }: State): TemplateResult | typeof nothing {
    if (this.on || !noticed(messages, this.#kept)) return nothing;
    return html`<div class="question" role="group" aria-label=${words.offer}>
      <p>${words.offer}</p>
      <button type="button" class="plain" @click=${() => this.turn(true)}>${words.accept}</button>
      <button type="button" class="plain" @click=${() => this.#decline()}>${words.decline}</button>
    </div>`;
  }

  /** What people come for most, one touch each. */
  home(chat: Talk): TemplateResult {
    return html`<div class="welcome">
      <h3>${words.hello}</h3>
      <div class="choices" role="group" aria-label=${words.hello}>
        ${words.tasks.map(({ title, say }) => html`<button type="button" class="choice" @click=${() => this.#ask(say, chat)}>${title}</button>`)}
      </div>
    </div>`;
  }

  /** The way back to the home, at the end of what was said. */
  again(empty: boolean, chat: Talk): TemplateResult | typeof nothing {
    if (empty) return nothing;
    const fold = (): void => this.#change(() => void (this.#home = !this.#home));
    return html`${this.#home ? this.home(chat) : nothing}
      <button type="button" class="plain again" aria-expanded=${this.#home} @click=${fold}>${this.#home ? words.fold : words.again}</button>`;
  }

  /** What is said to the customer, in plain words; what people wrote stays theirs. */
  plain(said: string, from: Author): string {
    return from === "bot" || from === "system" ? inPlainWords(said) : said;
  }

  /** The widget's words with those of the trade replaced. */
  text(text: Text): Text {
    const adjustment = Object.fromEntries(Object.entries(text.bill.adjustment).map(([kind, name]) => [kind, inPlainWords(name)]));
    return {
      ...text,
      bill: { ...text.bill, account: words.account, adjustment },
      order: { ...text.order, number: words.number },
    };
  }

  /** Under the last message of a run: read it larger, or have it read. */
  reading({ seq, from }: Message): TemplateResult | typeof nothing {
    const run = this.#run(seq, from);
    const said = run.words;
    if (from === "customer" || !said) return nothing;
    const large = this.#magnified === seq;
    const speaking = this.#speech.speaking === seq;
    return html`${large ? html`<div class="magnified">${richText(said)}</div>` : nothing}
      <div class="reading">
        <button type="button" class="plain" aria-pressed=${large} @click=${() => this.#change(() => void (this.#magnified = large ? 0 : seq))}>${large ? words.fold : words.magnify}</button>
        ${this.#speech.possible ? html`<button type="button" class="plain" @click=${() => (speaking ? this.#speech.hush() : void this.#speech.read(run))}>${speaking ? words.hush : words.read}</button>` : nothing}
      </div>`;
  }

  /** Speak instead of typing, above where one types. */
  dictation(): TemplateResult | typeof nothing {
    return this.#dictation.button();
  }

  /** The choices of a message, one below the other. */
  choices(buttons: TemplateResult[], replies: readonly QuickReply[], open: boolean, chat: Talk): TemplateResult {
    const sure = open ? replies.find(({ id }) => id === this.#sure?.id) : undefined;
    if (sure) return this.#confirm(sure, chat);
    const [shown, rest] = atOnce(buttons);
    return html`${shown} ${rest.length ? html`<details class="more"><summary class="choice">${words.more}</summary>${rest}</details>` : nothing}`;
  }

  /** A choice was touched; what submits something is asked once more. */
  choose(id: string, title: string, chat: Talk): void {
    if (title.includes("提交")) this.#change(() => void (this.#sure = { id, title }));
    else chat.choose(id, title);
  }

  #confirm({ id, title }: QuickReply, chat: Talk): TemplateResult {
    const answer = (yes: boolean) => (): void => {
      this.#change(() => void (this.#sure = null));
      if (yes) chat.choose(id, title);
    };
    return html`<p class="sure" role="alert">${words.sure}</p>
      <button type="button" class="choice" @click=${answer(true)}>${words.yes}</button>
      <button type="button" class="choice" @click=${answer(false)}>${words.no}</button>`;
  }

  #sizeButton(size: number): TemplateResult {
    const name = words.sizes[size] ?? "";
    return html`<button type="button" class="plain" aria-label=${words.sizeOf(name)} aria-pressed=${this.#kept.size === size} @click=${() => this.#set({ size })}>${name}</button>`;
  }

  #ask(say: string, chat: Talk): void {
    this.#change(() => void (this.#home = false));
    chat.say(say);
  }

  #decline(): void {
    this.#set({ at: this.host.chat.store.state.messages.at(-1)?.at ?? "" });
  }

  #set(change: Partial<Kept>): void {
    const kept = { ...this.#kept, ...change };
    keep(this.host.chat.memory, kept);
    this.#become(kept);
  }

  #become(kept: Kept): void {
    const before = this.host.hasAttribute("elder-size");
    this.#kept = kept;
    const { host, on } = this;
    if (on) host.setAttribute("elder-size", String(kept.size));
    else host.removeAttribute("elder-size");
    host.toggleAttribute("elder-pointer", on && kept.pointer);
    this.#note(host.chat.store.state);
    host.requestUpdate();
    if (on !== before) host.dispatchEvent(new CustomEvent("grid-chat:elder", { detail: { on }, bubbles: true, composed: true }));
  }

  /** What the gateway is told: a choice, unless the customer has asked for plain words since. */
  #note({ messages }: State): void {
    const left = this.#kept.on === false && !noticed(messages, this.#kept);
    this.host.chat.elder = this.on ? true : left ? false : undefined;
  }

  #change(change: () => void): void {
    change();
    this.host.requestUpdate();
  }

  /** Everything the same author said up to this message without a break. */
  #run(seq: number, from: Author): Run {
    const { messages } = this.host.chat.store.state;
    const until = messages.findIndex((each) => each.seq === seq);
    const begin = messages.slice(0, until).findLastIndex((each) => each.from !== from);
    const said = messages.slice(begin + 1, until + 1);
    const words = said.flatMap(({ text }) => text ?? []).join("\n");
    return { first: said[0]?.seq ?? seq, last: seq, words: visible(this.plain(words, from)) };
  }
}
