/** The list of conversations: whose, which, in what order, and how long they wait. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { HandoffState, Row } from "../contract";
import { clock, counts, held, inbox as shown, priorityClass, unread, waited, waiting } from "../inbox";
import { plain } from "../plain";
import { NO_FILTERS, type Filters, type Tab } from "../store";
import { span, text, titleOf } from "../text";
import type { View } from "./view";

const TABS: readonly Tab[] = ["mine", "unassigned", "all"];
const STATES: readonly HandoffState[] = [
  "BOT", "OFFERED", "QUEUED", "ASSIGNED", "HUMAN", "WRAP", "CALLBACK_WAIT", "OFFLINE_MESSAGE",
];

type Choice = readonly [value: string, title: string];

function filter(view: View, name: keyof Filters, title: string, choices: readonly Choice[], any = true): TemplateResult {
  const current = view.state.filters[name];
  const chosen = ({ target }: Event): void =>
    view.desk.store.dispatch({ type: "filter", filters: { [name]: (target as HTMLSelectElement).value } });
  return html`<select aria-label=${title} class=${current && any ? "set" : ""} @change=${chosen}>
    ${any ? html`<option value="" .selected=${!current}>${text.filters.any(title)}</option>` : nothing}
    ${choices.map(([value, words]) => html`<option value=${value} .selected=${value === current}>${words}</option>`)}
  </select>`;
}

function filters(view: View): TemplateResult {
  const t = text.filters;
  const skills = (view.state.me?.skills_all ?? []).map(({ code, title }) => [code, title] as const);
  const wrote = ({ target }: Event): void =>
    view.desk.store.dispatch({ type: "filter", filters: { words: (target as HTMLInputElement).value } });
  return html`<div class="filters" role="group" aria-label=${t.label}>
    <input type="search" aria-label=${t.words} placeholder=${t.words} .value=${view.state.filters.words} @input=${wrote} />
    ${filter(view, "channel", t.channel, Object.entries(text.channel))}
    ${filter(view, "status", t.status, STATES.map((state) => [state, text.state[state]] as const))}
    ${filter(view, "priority", t.priority, Object.entries(text.priority))}
    ${filter(view, "skill", t.skill, skills)}
    ${filter(view, "sort", t.sort, Object.entries(t.sorts), false)}
  </div>`;
}

/** How long this customer waits, or how long until an answer is due: always in words, the colour only repeats it. */
export function clockBadge(row: Row, now: number): TemplateResult | typeof nothing {
  const t = text.inbox;
  const kind = clock(row, now);
  const left = row.due_at ? Math.abs(Date.parse(row.due_at) - now) / 1000 : 0;
  if (kind !== "none") return html`<span class="clock ${kind}">${t.clock[kind](span(left))}</span>`;
  return waiting(row) ? html`<span class="clock">${t.waited(span(waited(row, now)))}</span>` : nothing;
}

function item(row: Row, { state, desk, now }: View): TemplateResult {
  const t = text.inbox;
  const count = unread(row);
  const kind = priorityClass(row);
  const holder = row.agent ? (state.agents.get(row.agent)?.display ?? row.agent) : held(row) ? t.nobody : "";
  return html`<li>
    <button type="button" class="row ${kind}" aria-current=${state.talk?.id === row.id ? "true" : "false"} @click=${() => void desk.open(row.id)}>
      <span class="line">
        <b>${plain(row.title)}</b>
        ${count ? html`<span class="unread" aria-label=${t.unread(count)}>${count > 99 ? "99+" : count}</span>` : nothing}
        ${clockBadge(row, now)}
      </span>
      <span class="preview">${plain(row.preview)}</span>
      <span class="line tags">
        <span class="tag state">${text.state[row.state]}</span>
        ${row.hazard ? html`<span class="tag danger">${t.hazard}</span>` : kind === "urgent" ? html`<span class="tag urgent">${text.priority.urgent}</span>` : nothing}
        ${row.elder ? html`<span class="tag">${t.elder}</span>` : nothing}
        <span class="tag">${text.channel[row.channel] ?? row.channel}</span>
        ${row.skill ? html`<span class="tag">${titleOf(state.me?.skills_all ?? [], row.skill)}</span>` : nothing}
        <span class="holder">${plain(holder)}</span>
      </span>
    </button>
  </li>`;
}

export function inbox(view: View): TemplateResult {
  const { state, desk } = view;
  const rows = shown(state);
  const numbers = counts(state);
  const t = text.inbox;
  const { sort: _, ...narrowing } = state.filters;
  const filtered = Object.values(narrowing).some((value) => value !== "");
  return html`<section class="inbox" aria-label=${t.label}>
    <div class="tabs" role="group" aria-label=${text.tabs.label}>
      ${TABS.map(
        (tab) => html`<button type="button" aria-pressed=${tab === state.tab ? "true" : "false"} @click=${() => desk.store.dispatch({ type: "tab", tab })}>
          ${text.tabs[tab]} <span class="number">${numbers[tab]}</span>
        </button>`,
      )}
    </div>
    ${filters(view)}
    ${
      rows.length
        ? html`<ul class="rows">${repeat(rows, ({ id }) => id, (row) => item(row, view))}</ul>`
        : html`<p class="empty">${filtered ? t.noneFiltered : t.none[state.tab]}
            ${filtered ? html`<button type="button" class="plain" @click=${() => desk.store.dispatch({ type: "filter", filters: NO_FILTERS })}>${text.filters.clear}</button>` : nothing}</p>`
    }
  </section>`;
}
