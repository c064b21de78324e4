/** Prepared replies: found by what follows the `/`, filled from the open conversation. Pure. */

import type { Canned } from "../contract";
import type { Talk } from "../store";
import { moment } from "../text";

export type Values = Readonly<Record<string, string | null | undefined>>;

/** What variables of a prepared reply may name. A masked name is no way to greet anybody: it must have been revealed. */
export function valuesOf(talk: Talk | null, agent: string): Values {
  const detail = talk?.detail;
  const order = detail?.orders[0];
  return {
    agent,
    customer: talk?.revealed.name,
    ticket: detail?.row.ticket,
    order_no: order?.order_no,
    due: order?.due_at && moment(order.due_at),
    eta: detail?.outage?.eta && moment(detail.outage.eta),
    cause: detail?.outage?.cause,
    balance: detail?.accounts[0]?.balance,
  };
}

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;
/** Stands where a value was missing; nothing that holds one is sent. */
const GAP = /〔[^〕]*〕/;

export const fill = (template: string, values: Values, nameOf: (variable: string) => string): string =>
  template.replace(VARIABLE, (_, name: string) => values[name] || `〔${nameOf(name)}〕`);

export const hasGap = (text: string): boolean => GAP.test(text);

/** The words after a leading `/`, or null when the draft is no search. */
export const slash = (draft: string): string | null => /^\/(\S*)$/.exec(draft)?.[1] ?? null;

export function find(canned: readonly Canned[], words: string): Canned[] {
  const sought = words.toLowerCase();
  return canned.filter(({ key, title, text }) => [key, title, text].some((each) => each.toLowerCase().includes(sought)));
}
