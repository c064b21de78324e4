/** Where an agent writes: a reply or a note, prepared replies after a `/`, a suggestion from the knowledge base. */

import { lengthOf } from "@gridcare/widget/src/components/composer";
import { html, nothing, type TemplateResult } from "lit";
import type { Canned } from "../contract";
import { speaks } from "../inbox";
import { plain } from "../plain";
import { fill, find, hasGap, slash, valuesOf } from "../services/canned";
import { asksToSend, sendsWithMod } from "../services/shortcuts";
import { moment, text } from "../text";
import type { View } from "./view";

export interface Draft {
  text: string;
  note: boolean;
  /** Which of the prepared replies is marked. */
  marked: number;
}

export interface DraftActions {
  change(draft: Partial<Draft>): void;
  send(): void;
}

export const BLANK: Draft = { text: "", note: false, marked: 0 };
const PICTURES = ["image/jpeg", "image/png", "image/webp"];
const PICTURE_BYTES = 5 * 1024 * 1024;
const VARIABLES: Record<string, string> = {
  customer: text.panel.name,
  agent: text.talk.from.agent,
  order_no: "工单号",
  ticket: "受理号",
  due: "时限",
  eta: text.panel.eta,
  cause: "停电原因",
  balance: text.panel.balance,
};

/** Prepared replies that fit what was typed after the `/`; null when nothing is being sought. */
export function offered(draft: Draft, view: View): Canned[] | null {
  const sought = draft.note ? null : slash(draft.text);
  return sought === null ? null : find(view.state.me?.canned ?? [], sought);
}

export function filled(canned: Canned, { state }: View): string {
  return fill(canned.text, valuesOf(state.talk, state.me?.display ?? ""), (name) => VARIABLES[name] ?? name);
}

export function mayWrite({ state, desk }: View, note: boolean): boolean {
  const left = state.talk?.detail?.channel_limit?.left;
  return note || (speaks(desk.row, state.me?.name ?? "") && left !== 0);
}

export function sendable(draft: Draft, view: View): boolean {
  const used = lengthOf(draft.text);
  const most = view.state.me?.limits.text ?? 0;
  return used > 0 && used <= most && mayWrite(view, draft.note) && !hasGap(draft.text) && !offered(draft, view);
}

function list(canned: readonly Canned[], draft: Draft, view: View, choose: (one: Canned) => void): TemplateResult {
  if (!canned.length) return html`<p class="canned quiet">${text.composer.cannedNone}</p>`;
  return html`<ul class="canned" id="canned" role="listbox" aria-label=${text.composer.canned}>
    ${canned.map(
      (one, n) => html`<li role="option" id="canned-${n}" aria-selected=${n === draft.marked ? "true" : "false"} @mousedown=${(event: Event) => event.preventDefault()} @click=${() => choose(one)}>
        <b>/${plain(one.key)} ${plain(one.title)}</b><span>${plain(filled(one, view))}</span>
      </li>`,
    )}
  </ul>`;
}

function suggestion({ state, desk }: View, use: (words: string) => void): TemplateResult | typeof nothing {
  const found = state.talk?.suggestion;
  if (!found || !speaks(desk.row, state.me?.name ?? "")) return nothing;
  const t = text.suggestion;
  return html`<aside class="suggestion" aria-label=${t.title}>
    <p><b>${t.title}</b> ${plain(found.text)}</p>
    <p class="quiet">${t.source}：${plain(found.source.title)}
      <button type="button" class="plain" @click=${() => use(found.text)}>${t.use}</button></p>
  </aside>`;
}

/** What stands above the field: who has the word, and what the channel still lets through. */
function limits(view: View, draft: Draft): TemplateResult | typeof nothing {
  const t = text.composer;
  const { state, desk } = view;
  const row = desk.row;
  const limit = state.talk?.detail?.channel_limit;
  const lines: string[] = [];
  if (row && !speaks(row, state.me?.name ?? ""))
    lines.push(row.agent && row.agent !== state.me?.name ? t.locked(state.agents.get(row.agent)?.display ?? row.agent) : t.takeFirst);
  if (limit) lines.push(limit.left ? t.limit(limit.left, limit.of, moment(limit.until)) : t.limitOut);
  if (hasGap(draft.text)) lines.push(t.gap);
  return lines.length ? html`<p class="limits" role="status">${lines.map((line) => html`<span>${line}</span>`)}</p>` : nothing;
}

export function composer(view: View, draft: Draft, actions: DraftActions): TemplateResult {
  const t = text.composer;
  const { state, desk } = view;
  const most = state.me?.limits.text ?? 0;
  const used = lengthOf(draft.text);
  const canned = offered(draft, view);
  const ready = sendable(draft, view);
  const locked = !mayWrite(view, draft.note);
  const whispers = state.talk !== null && desk.listening(state.talk.id);
  const noteWords = whispers ? t.whisper : t.note;
  const choose = (one: Canned): void => actions.change({ text: filled(one, view), marked: 0 });
  const pressed = (event: KeyboardEvent): void => {
    if (event.isComposing || event.keyCode === 229) return;
    if (canned?.length) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const one = canned[draft.marked];
      if (by) actions.change({ marked: (draft.marked + by + canned.length) % canned.length });
      else if ((event.key === "Enter" || event.key === "Tab") && one) choose(one);
      else if (event.key === "Escape") actions.change({ text: "" });
      else return;
      event.preventDefault();
    } else if (asksToSend(event)) {
      event.preventDefault();
      if (ready) actions.send();
    }
  };
  const wrote = ({ target }: Event): void => {
    actions.change({ text: (target as HTMLTextAreaElement).value, marked: 0 });
    if (!draft.note) desk.typing();
  };
  const picked = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    if (PICTURES.includes(file.type) && file.size <= PICTURE_BYTES) void desk.attach(file);
    else desk.notice(t.uploadRefused);
  };
  const mode = (note: boolean, words: string): TemplateResult =>
    html`<button type="button" class="mode" aria-pressed=${draft.note === note ? "true" : "false"} @click=${() => actions.change({ note, marked: 0 })}>${words}</button>`;
  return html`<div class="composer ${draft.note ? "noting" : ""}">
    ${limits(view, draft)}
    ${draft.note ? nothing : suggestion(view, (words) => actions.change({ text: words }))}
    ${canned ? list(canned, draft, view, choose) : nothing}
    <div class="modes" role="group" aria-label=${t.mode}>${mode(false, t.reply)}${mode(true, noteWords)}
      <span class="quiet">${used > most * 0.8 ? t.count(used, most) : sendsWithMod() ? t.sendHintMod : t.sendHint}</span>
    </div>
    <div class="write">
      <textarea rows="3" aria-label=${draft.note ? noteWords : t.label} placeholder=${draft.note ? t.notePlaceholder : t.placeholder}
        aria-autocomplete="list" aria-controls=${canned?.length ? "canned" : nothing} aria-activedescendant=${canned?.length ? `canned-${draft.marked}` : nothing}
        .value=${draft.text} ?disabled=${locked} @input=${wrote} @keydown=${pressed}></textarea>
      <div class="sendings">
        <button type="button" class="primary" ?disabled=${!ready} @click=${() => actions.send()}>${draft.note ? t.keep : t.send}</button>
        ${
          draft.note || locked
            ? nothing
            : html`<label class="button">${t.attach}<input type="file" class="unseen" accept=${PICTURES.join()} @change=${picked} /></label>`
        }
      </div>
    </div>
  </div>`;
}
