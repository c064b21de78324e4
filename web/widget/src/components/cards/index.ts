/** What a message shows beside its words. One function per kind of card. */

import type { Bill, Card, Documents, Order, OrderStep, Outage } from "@gridcare/protocol";
import { html, nothing, type TemplateResult } from "lit";
import { moment, monthName } from "../../text";
import * as icons from "../icons";
import type { View } from "../view";

type Fact = readonly [name: string, value: string | null | undefined];

const facts = (list: readonly Fact[]): TemplateResult => html`<dl>
  ${list.map(([name, value]) => (value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing))}
</dl>`;

export function card(shown: Card, view: View): TemplateResult {
  switch (shown.card) {
    case "bill_history":
      void import("./bill-history");
      return html`<grid-chat-bills .data=${shown.data} .locale=${view.locale} .text=${view.text.bill} ?plain=${view.elder}></grid-chat-bills>`;
    case "bill":
      return bill(shown.data, view);
    case "order":
      return order(shown.data, view);
    case "outage":
      return outage(shown.data, view);
    case "documents":
      return documents(shown.data, view);
  }
}

function bill({ account, month, kwh, yuan, lines, adjustments, tariff }: Bill, { text, locale }: View): TemplateResult {
  const t = text.bill;
  return html`<h3>${t.of(monthName(month, locale))}</h3>
    <p class="quiet">${t.account(account)}</p>
    <table>
      <tbody>
        ${lines.map(
          (line) => html`<tr>
            <th scope="row">${t.tier(line.tier)}</th><td>${t.kwhOf(line.kwh)} × ${line.price}</td><td>${t.yuanOf(line.yuan)}</td>
          </tr>`,
        )}
        ${adjustments?.map(
          ({ kind, yuan: amount, note }) => html`<tr>
            <th scope="row">${t.adjustment[kind] ?? kind}</th><td>${note ?? ""}</td><td>${t.yuanOf(amount)}</td>
          </tr>`,
        )}
      </tbody>
      <tfoot><tr><th scope="row">${t.total}</th><td>${t.kwhOf(kwh)}</td><td>${t.yuanOf(yuan)}</td></tr></tfoot>
    </table>
    ${tariff && !tariff.verified ? html`<p class="quiet">${t.unverified}</p>` : nothing}`;
}

function step({ title, at, done }: OrderStep, { text, locale }: View): TemplateResult {
  return html`<li class=${done ? "done" : "todo"}>
    <span class="mark">${done ? icons.tick : nothing}</span>
    <span>${title}<span class="unseen">${done ? text.order.done : text.order.todo}</span></span>
    ${at ? html`<time datetime=${at}>${moment(at, locale)}</time>` : nothing}
  </li>`;
}

function order(data: Order, view: View): TemplateResult {
  const { text, locale } = view;
  const known = data.steps.some(({ state }) => state === data.next);
  const next = data.next && (text.order.state[data.next] ?? data.next);
  const due = moment(data.due_at, locale);
  return html`<h3>${data.title}<span class="badge">${text.order.state[data.state] ?? data.state}</span></h3>
    <p class="quiet">${text.order.number} <span class="number">${data.order_no}</span></p>
    <ol class="steps">
      ${data.steps.map((each) => step(each, view))}
      ${next && !known ? step({ state: data.next ?? "", title: text.order.next(next), done: false }, view) : nothing}
    </ol>
    ${due ? html`<p class="due">${text.order.due(due)}</p>` : nothing}`;
}

function outage(data: Outage, { text, locale }: View): TemplateResult {
  const t = text.outage;
  const source = data.eta_source ? (t.source[data.eta_source] ?? data.eta_source) : "";
  const eta = data.eta ? `${moment(data.eta, locale)}${source ? `（${source}）` : ""}` : t.noEta;
  return html`<h3>${t.title}<span class="badge">${t.kind[data.kind] ?? data.kind}</span></h3>
    ${facts([
      [t.area, data.area],
      [t.cause, data.cause],
      [t.starts, moment(data.starts_at, locale)],
      [t.progress, data.progress],
      [t.eta, eta],
    ])}`;
}

function documents({ title, items }: Documents, { text }: View): TemplateResult {
  return html`<h3>${title}</h3>
    <ul class="checklist">
      ${items.map(
        ({ name, have }) => html`<li class=${have ? "done" : "todo"}>
          <span class="mark">${have ? icons.tick : nothing}</span><span>${name}</span
          ><span class="quiet">${have ? text.documents.have : text.documents.need}</span>
        </li>`,
      )}
    </ul>`;
}
