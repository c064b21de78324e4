/** The strip on top: pages, the line, my presence and capacity, sound, help, the way out. */

import { html, type TemplateResult } from "lit";
import type { PresenceState, Role } from "../contract";
import { isAuditor, isLead } from "../inbox";
import type { Page } from "../store";
import { text } from "../text";
import type { View } from "./view";

const MAY: Record<Page, (roles: readonly Role[]) => boolean> = {
  desk: (roles) => roles.includes("agent") || isLead(roles),
  board: isLead,
  search: (roles) => isLead(roles) || isAuditor(roles),
  samples: isLead,
  audit: isAuditor,
};
const MOST_SEATS = 12;

export const pagesOf = (roles: readonly Role[]): Page[] => (Object.keys(MAY) as Page[]).filter((page) => MAY[page](roles));

function presence({ state, desk }: View): TemplateResult {
  const t = text.bar;
  const me = state.me;
  const current = me?.state ?? "offline";
  const capacity = me?.capacity ?? 0;
  const load = state.agents.get(me?.name ?? "")?.load ?? 0;
  const stateChosen = ({ target }: Event): void => void desk.presence((target as HTMLSelectElement).value as PresenceState, capacity);
  const seatsChosen = ({ target }: Event): void => void desk.presence(current, Number((target as HTMLSelectElement).value));
  return html`<span class="presence">
    <span class="dot ${current}" aria-hidden="true"></span>
    <select aria-label=${t.presence} @change=${stateChosen}>
      ${(Object.keys(t.states) as PresenceState[]).map(
        (each) => html`<option value=${each} .selected=${each === current}>${t.states[each]}</option>`,
      )}
    </select>
    <label>${t.capacity}
      <select @change=${seatsChosen}>
        ${Array.from({ length: Math.max(MOST_SEATS, capacity) }, (_, n) => n + 1).map(
          (seats) => html`<option value=${seats} .selected=${seats === capacity}>${seats}</option>`,
        )}
      </select>
    </label>
    <span class="quiet">${t.load(load, capacity)}</span>
  </span>`;
}

export function bar(view: View, sound: boolean, setSound: () => void): TemplateResult {
  const { state, desk } = view;
  const t = text.bar;
  const pages = pagesOf(state.me?.roles ?? []);
  return html`<header class="bar">
    <span class="brand">${text.brand}</span>
    <nav aria-label=${text.nav.label}>
      ${pages.map(
        (page) => html`<button type="button" aria-current=${page === state.page ? "page" : "false"} @click=${() => desk.page(page)}>${text.nav[page]}</button>`,
      )}
    </nav>
    <span class="connection ${state.connection}" role="status">${t.connection[state.connection]}</span>
    ${pages.includes("desk") ? presence(view) : html`<span class="presence"></span>`}
    <button type="button" aria-pressed=${sound ? "true" : "false"} @click=${setSound}>${sound ? t.soundOn : t.soundOff}</button>
    <button type="button" @click=${() => view.ask({ kind: "help" })}>${t.help}</button>
    <span class="me">${state.me?.display ?? ""}</span>
    <button type="button" @click=${() => void desk.logout()}>${t.logout}</button>
  </header>`;
}
