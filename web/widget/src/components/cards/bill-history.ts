/** `<grid-chat-bills>`: a year of bills as bars to tap, and the same numbers as a table. Loaded with the first bill. */

import type { BillHistory, MonthBill } from "@gridcare/protocol";
import { css, html, LitElement, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { controls } from "../../styles/controls";
import { monthName, type Text, zhCN } from "../../text";

type Measure = "yuan" | "kwh";

const WIDTH = 312;
const TOP = 4;
const FLOOR = 100;
const HEIGHT = 118;

/** 268度 → 268; 0 where there is no number, and for a month that ended in a refund. */
const amount = (text: string): number => Math.max(0, Number.parseFloat(text.replaceAll(",", "")) || 0);
const bare = (text: string): string => text.replace(/[^\d.,-]+$/, "");

export class BillHistoryCard extends LitElement {
  static override properties = {
    data: { attribute: false },
    locale: {},
    text: { attribute: false },
    plain: { type: Boolean, reflect: true },
    measure: { state: true },
    chosen: { state: true },
  };
  declare data: BillHistory;
  declare locale: string;
  declare text: Text["bill"];
  /** Only the newest month and the table, in the size of the text around: for 长辈版. */
  declare plain: boolean;
  declare measure: Measure;
  declare chosen: number | null;

  static override styles = [
    controls,
    css`
      :host { display: block; }
      .top { display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; align-items: center; justify-content: space-between; }
      h3 { margin: 0; font-size: 1rem; }
      .account { margin: 0; color: var(--muted); font-size: 0.8125rem; }
      .measures { display: flex; border: 1px solid var(--line); border-radius: 999px; overflow: hidden; }
      .measures button { min-height: 2.75rem; padding: 0 1rem; border: 0; background: none; color: var(--ink); font: inherit; cursor: pointer; }
      .measures button[aria-pressed="true"] { background: var(--primary); color: var(--on-primary); }
      svg { display: block; width: 100%; height: auto; margin-top: 0.25rem; }
      .bar { fill: var(--primary-soft-strong); }
      .hit { fill: transparent; cursor: pointer; }
      .chosen .bar { fill: var(--primary); }
      .floor { stroke: var(--line); }
      text { fill: var(--muted); font-size: 11px; text-anchor: middle; }
      .chosen text { fill: var(--ink); font-weight: 600; }
      .value { margin: 0.5rem 0 0; font-variant-numeric: tabular-nums; }
      .value b { font-size: 1.25rem; }
      details { margin-top: 0.25rem; }
      :host([plain]) * { font-size: inherit; }
      :host([plain]) summary { min-height: var(--target); line-height: var(--target); }
      :host([plain]) tr { display: flex; flex-wrap: wrap; gap: 0 1em; justify-content: space-between; border-bottom: 1px solid var(--line); }
      :host([plain]) thead { display: none; }
      :host([plain]) tbody th { flex: 1 1 100%; }
      :host([plain]) :is(th, td) { border: 0; }
      summary { min-height: 2.75rem; line-height: 2.75rem; color: var(--primary); cursor: pointer; }
      @media (forced-colors: active) {
        .bar { fill: GrayText; }
        .chosen .bar { fill: Highlight; }
        .measures button[aria-pressed="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
      }
    `,
  ];

  constructor() {
    super();
    this.locale = "zh-CN";
    this.text = zhCN.bill;
    this.plain = false;
    this.measure = "yuan";
    this.chosen = null;
  }

  override render(): TemplateResult {
    const { months, account } = this.data;
    const { text } = this;
    if (this.plain)
      return html`<h3>${text.history(months.length)}</h3><p class="account">${text.account(account)}</p>
        <p class="value">${monthName(this.#shown.month, this.locale)}<br /><b>${text.yuanOf(bare(this.#shown.yuan))}</b><br />${text.kwhOf(bare(this.#shown.kwh))}</p>
        <details><summary>${text.table}</summary>${this.#table()}</details>`;
    return html`
      <div class="top">
        <div><h3>${text.history(months.length)}</h3><p class="account">${text.account(account)}</p></div>
        <div class="measures" role="group" aria-label=${text.show}>${(["yuan", "kwh"] as const).map((m) => this.#measureButton(m, text[m]))}</div>
      </div>
      <p class="value" aria-live="polite">${monthName(this.#shown.month, this.locale)} <b>${this.#value(this.#shown)}</b></p>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${this.#summary()}>
        <line class="floor" x1="0" x2=${WIDTH} y1=${FLOOR + 0.5} y2=${FLOOR + 0.5}></line>
        ${months.map((month, n) => this.#bar(month, n))}
      </svg>
      <p class="account">${text.tap}</p>
      <details><summary>${text.table}</summary>${this.#table()}</details>
    `;
  }

  /** The month whose value is told: the one tapped, at first the newest. */
  get #shown(): MonthBill {
    const { months } = this.data;
    return months[this.chosen ?? months.length - 1] ?? { month: "", kwh: "", yuan: "" };
  }

  #measureButton(measure: Measure, label: string): TemplateResult {
    const choose = (): void => void (this.measure = measure);
    return html`<button type="button" aria-pressed=${this.measure === measure} @click=${choose}>${label}</button>`;
  }

  #value(month: MonthBill): string {
    const { yuanOf, kwhOf } = this.text;
    return this.measure === "yuan" ? yuanOf(bare(month.yuan)) : kwhOf(bare(month.kwh));
  }

  #bar(month: MonthBill, n: number): SVGTemplateResult {
    const { months } = this.data;
    const most = Math.max(...months.map((each) => amount(each[this.measure])), 1);
    const slot = WIDTH / months.length;
    const height = Math.max(2, (amount(month[this.measure]) / most) * (FLOOR - TOP));
    const middle = slot * (n + 0.5);
    const width = Math.min(24, slot * 0.62);
    const chosen = month === this.#shown;
    const choose = (): void => void (this.chosen = n);
    return svg`<g class=${chosen ? "chosen" : ""} @click=${choose}>
      <rect class="bar" x=${middle - width / 2} y=${FLOOR - height} width=${width} height=${height} rx="3"></rect>
      <text x=${middle} y=${HEIGHT - 4}>${Number(month.month.slice(5)) || month.month}</text>
      <rect class="hit" x=${middle - slot / 2} y="0" width=${slot} height=${HEIGHT}></rect>
    </g>`;
  }

  #summary(): string {
    const { months } = this.data;
    const each = months.map((month) => `${monthName(month.month, this.locale)} ${this.#value(month)}`);
    return `${this.text.history(months.length)}：${each.join("，")}`;
  }

  #table(): TemplateResult {
    const { text } = this;
    return html`<table>
      <thead><tr><th scope="col">${text.month}</th><th scope="col">${text.kwh}</th><th scope="col">${text.yuan}</th></tr></thead>
      <tbody>
        ${this.data.months.map(
          ({ month, kwh, yuan }) => html`<tr>
            <th scope="row">${monthName(month, this.locale)}</th><td>${text.kwhOf(bare(kwh))}</td><td>${text.yuanOf(bare(yuan))}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

if (!customElements.get("grid-chat-bills")) customElements.define("grid-chat-bills", BillHistoryCard);
