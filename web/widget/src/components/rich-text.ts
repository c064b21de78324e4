/**
 * The little markup of bot messages: **bold**, `- ` lists, [label](link), line breaks. `parse` is pure; `richText`
 * turns what it found into text nodes and a handful of known elements. There is no way from a message to HTML.
 */

import { html, nothing, type TemplateResult } from "lit";

export type Inline = { text: string; bold?: boolean; href?: string };
export type Block = { kind: "text"; lines: Inline[][] } | { kind: "list"; lines: Inline[][] };

const LINK_SCHEMES = ["http:", "https:", "tel:"];
// Controls except tab and newline, and what changes the direction of writing or hides inside a line.
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;
const QUOTES = /["'<>`\\]/;
const INLINE = /\*\*([^*\n]+)\*\*|\[([^\][\n]+)\]\(([^()\s]+)\)/g;

/** The text without characters that cannot be seen but change what is. Line ends become \n. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(UNSEEN, "");
}

/** The address when a customer may be sent there: http, https or tel, no credentials, no quotes; else null. */
export function safeLink(address: string): string | null {
  if (QUOTES.test(address)) return null;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  return LINK_SCHEMES.includes(url.protocol) && !url.username && !url.password ? url.href : null;
}

function inline(line: string): Inline[] {
  const found: Inline[] = [];
  let last = 0;
  for (const match of line.matchAll(INLINE)) {
    const [whole, bold, label, address] = match;
    const href = address === undefined ? null : safeLink(address);
    if (bold === undefined && href === null) continue;
    if (match.index > last) found.push({ text: line.slice(last, match.index) });
    found.push(bold === undefined ? { text: label ?? "", href: href ?? "" } : { text: bold, bold: true });
    last = match.index + whole.length;
  }
  if (last < line.length) found.push({ text: line.slice(last) });
  return found;
}

export function parse(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of visible(text).split("\n")) {
    const kind = line.startsWith("- ") ? "list" : "text";
    const content = inline(kind === "list" ? line.slice(2) : line);
    const last = blocks.at(-1);
    if (last?.kind === kind) last.lines.push(content);
    else blocks.push({ kind, lines: [content] });
  }
  return blocks;
}

function show({ text, bold, href }: Inline): TemplateResult | string {
  if (href?.startsWith("tel:")) return html`<a href=${href}>${text}</a>`;
  if (href) return html`<a href=${href} target="_blank" rel="noopener noreferrer">${text}</a>`;
  return bold ? html`<strong>${text}</strong>` : text;
}

export function richText(text: string): TemplateResult[] {
  return parse(text).map(({ kind, lines }) =>
    kind === "list"
      ? html`<ul>${lines.map((line) => html`<li>${line.map(show)}</li>`)}</ul>`
      : html`<p>${lines.map((line, n) => html`${n ? html`<br />` : nothing}${line.map(show)}`)}</p>`,
  );
}
