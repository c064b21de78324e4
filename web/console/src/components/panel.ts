/** What is known of the customer. Masked; a value in clear is asked for with a reason, recorded, and hidden again. */

import { html, nothing, type TemplateResult } from "lit";
import type { Detail, MaskedField, Order } from "../contract";
import { plain } from "../plain";
import { newId } from "../services/ids";
import { moment, text } from "../text";
import type { View } from "./view";

const t = text.panel;

const part = (title: string, body: unknown): TemplateResult => html`<section><h3>${title}</h3>${body}</section>`;
const lines = (list: readonly string[]): TemplateResult => html`<ul>${list.map((line) => html`<li>${plain(line)}</li>`)}</ul>`;
const fact = (name: string, value: unknown): TemplateResult | typeof nothing =>
  value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing;

const MASKED: readonly [MaskedField, "name_masked" | "phone_masked" | "account_masked" | "address_masked"][] = [
  ["name", "name_masked"],
  ["phone", "phone_masked"],
  ["account", "account_masked"],
  ["address", "address_masked"],
];

function customer({ customer: known }: Detail, view: View): TemplateResult {
  const revealed = view.state.talk?.revealed ?? {};
  const masked = ([field, name]: (typeof MASKED)[number]): TemplateResult | typeof nothing => {
    if (!known[name]) return nothing;
    const clear = revealed[field];
    const button = known.revealable.includes(field)
      ? html`<button type="button" class="plain" aria-label=${t.revealName(t[field])} @click=${() => view.ask({ kind: "reveal", field })}>${t.reveal}</button>`
      : nothing;
    return fact(t[field], clear ? html`<b>${plain(clear)}</b> <small>${t.hideSoon}</small>` : html`${plain(known[name])} ${button}`);
  };
  return part(t.customer, html`<dl>${MASKED.map(masked)}${fact(t.level, t.levels[known.level] ?? known.level)}</dl>`);
}

function order(one: Order, view: View): TemplateResult {
  const change = { key: newId(), order_no: one.order_no };
  return html`<li class="order">
    <p><b>${plain(one.title || text.orderKind[one.kind] || one.kind)}</b> <span class="tag">${text.orderState[one.state] ?? plain(one.state)}</span></p>
    <p class="quiet">${one.order_no}${one.due_at ? ` · ${t.due(moment(one.due_at))}` : ""}</p>
    ${
      one.editable
        ? html`<p><button type="button" class="plain" @click=${() => view.ask({ kind: "amend", ...change })}>${t.update}</button>
            <button type="button" class="plain" @click=${() => void view.desk.amend(one.order_no, { key: change.key, urge: true })}>${t.urge}</button></p>`
        : nothing
    }
  </li>`;
}

function orders({ orders: open }: Detail, view: View): TemplateResult {
  return part(
    t.orders,
    html`${open.length ? html`<ul class="orders">${open.map((one) => order(one, view))}</ul>` : html`<p class="quiet">${t.noOrders}</p>`}
      <button type="button" @click=${() => view.ask({ kind: "order", key: newId() })}>${t.newOrder}</button>`,
  );
}

function outage({ outage: known, neighbours }: Detail): TemplateResult {
  return part(
    t.outage,
    html`${
      known
        ? html`<p><b>${plain(known.area)}</b> ${plain(known.cause)}</p>
          <p>${plain(known.progress)}</p>
          <p>${t.eta}：${known.eta ? moment(known.eta) : t.noEta}</p>`
        : html`<p class="quiet">${t.noOutage}</p>`
    }
    ${neighbours ? html`<p><b>${t.neighbours}</b> ${plain(t.neighboursOf(neighbours.reports, neighbours.within_minutes, neighbours.place))}</p>` : nothing}`,
  );
}

function accounts({ accounts: known }: Detail): TemplateResult | typeof nothing {
  if (!known.length) return nothing;
  return part(
    t.accounts,
    known.map(
      (one) => html`<dl>
        ${fact(t.account, plain(one.account_masked))}${fact(t.address, plain(one.address_masked))}
        ${fact(t.balance, one.balance && t.yuanOf(one.balance))}${fact(t.arrears, one.arrears && t.yuanOf(one.arrears))}${fact(t.tier, one.tier && t.tierOf(one.tier))}
      </dl>`,
    ),
  );
}

function bills({ bills: known }: Detail): TemplateResult | typeof nothing {
  if (!known.length) return nothing;
  return part(
    t.bills,
    html`<table>
      <thead><tr><th scope="col">${t.month}</th><th scope="col">${t.kwh}</th><th scope="col">${t.yuan}</th></tr></thead>
      <tbody>${known.map(({ month, kwh, yuan }) => html`<tr><th scope="row">${month}</th><td>${t.kwhOf(kwh)}</td><td>${t.yuanOf(yuan)}</td></tr>`)}</tbody>
    </table>`,
  );
}

export function panel(detail: Detail, view: View): TemplateResult {
  const known = (title: string, list: readonly string[]): TemplateResult | typeof nothing => (list.length ? part(title, lines(list)) : nothing);
  return html`<aside class="panel" aria-label=${t.label} tabindex="0">
    ${detail.problems.length ? html`<p class="warning" role="status">${t.unavailable}</p>` : nothing}
    ${known(t.summary, detail.summary)}
    ${customer(detail, view)}
    ${outage(detail)}
    ${orders(detail, view)}
    ${accounts(detail)}
    ${bills(detail)}
    ${detail.slots.length ? part(t.slots, html`<dl>${detail.slots.map(({ title, value }) => fact(plain(title), plain(value)))}</dl>`) : nothing}
    ${known(t.asked, detail.asked)}
    ${known(t.tried, detail.tried)}
    ${known(t.previous, detail.previous.map(({ ticket, at, reason }) => `${moment(at)} ${ticket} ${text.reason[reason] ?? reason}`))}
  </aside>`;
}
