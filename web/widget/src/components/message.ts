import type { Message } from "@gridcare/protocol";
import { html, nothing, type TemplateResult } from "lit";
import { answerable, type Pending } from "../store";
import { clockTime } from "../text";
import { card } from "./cards";
import { richText, visible } from "./rich-text";
import type { View } from "./view";

/** The address of a picture when it comes from our own server or this very page; else null. */
export function safeImage(url: string, server: string): string | null {
  if (url.startsWith("blob:")) return url;
  const address = URL.parse ? URL.parse(url, server) : tryUrl(url, server);
  return address && /^https?:$/.test(address.protocol) && address.origin === new URL(server).origin ? address.href : null;
}

function tryUrl(url: string, base: string): URL | null {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}

function photo(url: string | undefined, alt: string, server: string): TemplateResult | typeof nothing {
  const address = url ? safeImage(url, server) : null;
  return address ? html`<img class="photo" src=${address} alt=${visible(alt)} />` : nothing;
}

function choices(message: Message, { state, chat, text, elder }: View): TemplateResult | typeof nothing {
  if (!message.quick_replies) return nothing;
  const open = answerable(state, message);
  const next = state.messages.find(({ from, seq }) => from === "customer" && seq > message.seq);
  const said = next?.text ?? state.pending.find(({ error }) => !error)?.label;
  const buttons = message.quick_replies.map(({ id, title }) => {
    const chosen = !open && title === said;
    const choose = (): void => (elder ? elder.choose(id, title, chat) : chat.choose(id, title));
    return html`<button type="button" class="choice ${chosen ? "chosen" : ""}" ?disabled=${!open} @click=${choose}>
        ${visible(title)}${chosen ? html`<span class="unseen">${text.chosen}</span>` : nothing}
      </button>`;
  });
  return html`<div class="choices" role="group" aria-label=${text.choices}>
    ${elder ? elder.choices(buttons, message.quick_replies, open, chat) : buttons}
  </div>`;
}

/** One message. `first` and `last` of a run by the same author carry the name and the time. */
export function message(shown: Message, view: View, first: boolean, last: boolean, delivered: boolean): TemplateResult {
  const { text, chat, locale, elder } = view;
  const { from, agent, at } = shown;
  const name = from === "agent" && agent ? `${text.from.agent} ${agent}` : text.from[from];
  const said = shown.text && visible(shown.text);
  const words = said && elder ? elder.plain(said, from) : said;
  return html`<div class="message ${from} ${first ? "first" : ""}">
    <p class=${first && (from === "bot" || from === "agent") ? "who" : "unseen"}>${name}</p>
    ${words ? html`<div class="bubble">${from === "customer" ? words : richText(words)}</div>` : nothing}
    ${photo(shown.image?.url, shown.image?.alt || text.picture, chat.server)}
    ${shown.card ? html`<div class="card">${card(shown.card, view)}</div>` : nothing}
    ${elder && last ? elder.reading(shown) : nothing} ${choices(shown, view)}
    ${last && from !== "system" ? html`<p class="meta"><time datetime=${at}>${clockTime(at, locale)}</time>${delivered ? html`<span>${text.sent}</span>` : nothing}</p>` : nothing}
  </div>`;
}

/** A message on its way, or one that could not be sent. */
export function pending(waiting: Pending, { text, chat }: View): TemplateResult {
  const { msg_id, preview, error } = waiting;
  const words = waiting.text ?? waiting.label;
  return html`<div class="message customer first">
    <p class="unseen">${text.from.customer}</p>
    ${photo(preview, text.picture, chat.server)}
    ${words ? html`<div class="bubble">${visible(words)}</div>` : nothing}
    ${
      error
        ? html`<div class="failed" role="alert">
            <span>${error}</span>
            <button type="button" class="plain" @click=${() => chat.retry(msg_id)}>${text.retry}</button>
            <button type="button" class="plain" @click=${() => chat.drop(msg_id)}>${text.drop}</button>
          </div>`
        : html`<p class="meta">${text.sending}</p>`
    }
  </div>`;
}
