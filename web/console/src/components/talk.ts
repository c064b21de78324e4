/** The open conversation: what was said by whom, and what may be done with it. */

import type { Card } from "@gridcare/protocol";
import { safeImage } from "@gridcare/widget/src/components/message";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ConsoleMessage, Viewer } from "../contract";
import { held, isLead, speaks, waiting } from "../inbox";
import { plain } from "../plain";
import type { Pending, Talk } from "../store";
import { text, time, titleOf } from "../text";
import { clockBadge } from "./inbox";
import type { View } from "./view";

function cardLine({ card, data }: Card): string {
  switch (card) {
    case "bill_history":
      return text.card.bill_history(data.months.length);
    case "bill":
      return text.card.bill(data.month, data.yuan);
    case "order":
      return text.card.order(data.order_no, data.title);
    case "outage":
      return text.card.outage(data.area);
    case "documents":
      return text.card.documents(data.title);
  }
}

function author({ from, agent, agent_name, whisper }: ConsoleMessage): string {
  const name = agent_name || agent;
  const role = whisper ? text.talk.whisper : text.talk.from[from];
  return name ? `${role} ${plain(name)}` : role;
}

export function message(shown: ConsoleMessage): TemplateResult {
  const t = text.talk;
  const image = shown.image && safeImage(shown.image.url, location.origin);
  const choices = shown.quick_replies?.map(({ title }) => plain(title)).join("、");
  return html`<article class="message ${shown.from} ${shown.suppressed ? "suppressed" : ""}">
    <p class="who">${author(shown)} <time datetime=${shown.at}>${time(shown.at)}</time></p>
    ${image ? html`<a href=${image} target="_blank" rel="noopener noreferrer"><img src=${image} alt=${plain(shown.image?.alt || t.picture)} /></a>` : nothing}
    ${shown.text ? html`<p class="bubble">${plain(shown.text)}</p>` : nothing}
    ${shown.card ? html`<p class="bubble card">${plain(cardLine(shown.card))}</p>` : nothing}
    ${choices ? html`<p class="choices">${t.choices}${choices}</p>` : nothing}
    ${shown.suppressed ? html`<p class="choices">${t.suppressed}</p>` : nothing}
    ${shown.heard === undefined ? nothing : html`<p class="choices">${t.heard(Math.round(shown.heard * 100))}</p>`}
  </article>`;
}

function pending({ msg_id, text: words, note, error }: Pending, { desk }: View): TemplateResult {
  const t = text.talk;
  return html`<article class="message ${note ? "note" : "agent"} pending">
    <p class="who">${note ? t.from.note : t.from.agent}</p>
    <p class="bubble">${plain(words)}</p>
    ${
      error
        ? html`<p class="failed" role="alert">${t.failed}${error}
            <button type="button" class="plain" @click=${() => void desk.retry(msg_id)}>${t.retry}</button>
            <button type="button" class="plain" @click=${() => desk.drop(msg_id)}>${t.drop}</button></p>`
        : html`<p class="choices">${t.sending}</p>`
    }
  </article>`;
}

/** Colleagues who look at or write into the same conversation. */
export function others(viewers: readonly Viewer[], me: string): string {
  const names = (list: readonly Viewer[]): string => list.map(({ display }) => plain(display)).join("、");
  const present = viewers.filter(({ name }) => name !== me);
  const writing = present.filter(({ typing }) => typing);
  if (writing.length) return text.talk.typing(names(writing));
  return present.length ? text.talk.viewing(names(present)) : "";
}

export function log(talk: Talk, view: View): TemplateResult {
  const t = text.talk;
  return html`<div class="log" role="log" aria-label=${t.log} aria-live="polite" tabindex="0">
    ${talk.more ? html`<button type="button" class="plain older" @click=${() => void view.desk.older()}>${t.older}</button>` : nothing}
    ${repeat(talk.messages, ({ id }) => id, message)}
    ${repeat(talk.pending, ({ msg_id }) => msg_id, (each) => pending(each, view))}
    <p class="typing">${talk.customerTyping ? t.customerTyping : ""}</p>
  </div>`;
}

export function head(view: View, sidebar: boolean, toggle: () => void): TemplateResult {
  const { state, desk } = view;
  const { me, talk } = state;
  const row = desk.row;
  if (!row || !me || !talk) return html``;
  const t = text.act;
  const mine = speaks(row, me.name);
  const lead = isLead(me.roles);
  const agent = me.roles.includes("agent");
  const act = (words: string, doing: () => void, style = ""): TemplateResult =>
    html`<button type="button" class=${style} @click=${doing}>${words}</button>`;
  return html`<header class="talk-head">
    <button type="button" class="back" @click=${() => desk.shut()}>${t.back}</button>
    <div class="subject">
      <h2>${plain(row.title)} ${clockBadge(row, view.now)}</h2>
      <p class="quiet">
        ${text.state[row.state]}${row.reason ? ` · ${text.reason[row.reason] ?? row.reason}` : ""}${row.skill ? ` · ${titleOf(me.skills_all, row.skill)}` : ""}${row.ticket ? ` · ${row.ticket}` : ""}
        <span class="others" role="status">${others(talk.viewers, me.name)}</span>
      </p>
    </div>
    <div class="acts" role="group" aria-label=${t.label}>
      ${agent && (waiting(row) || row.state === "BOT") ? act(t.take, () => void desk.take(), "primary") : nothing}
      ${mine ? act(t.transfer, () => view.ask({ kind: "transfer" })) : nothing}
      ${mine ? act(t.release, () => view.ask({ kind: "release" })) : nothing}
      ${mine ? act(t.resolve, () => view.ask({ kind: "resolve", thenNext: false }), "primary") : nothing}
      ${lead && !mine ? act(t.reassign, () => view.ask({ kind: "reassign" })) : nothing}
      ${lead && held(row) && !mine ? act(desk.listening(row.id) ? t.stopListening : t.listen, () => void desk.listen(row.id)) : nothing}
      <button type="button" aria-pressed=${sidebar ? "true" : "false"} @click=${toggle}>${t.sidebar}</button>
    </div>
  </header>`;
}
