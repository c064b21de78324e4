/** Questions that need more than a press: each a form in one modal dialog. */

import { html, nothing, type TemplateResult } from "lit";
import type { Agent, Named, OrderDraft } from "../contract";
import { plain } from "../plain";
import { enable, enabled, sendsWithMod, sendWithMod, SHORTCUTS } from "../services/shortcuts";
import { text } from "../text";
import { type Ask, fields, type View } from "./view";

const t = text.dialog;

const reasons = (label: string, list: readonly Named[]): TemplateResult => html`<label>${label}
  <select name="reason" required>
    <option value="">${t.choose}</option>
    ${list.map(({ code, title }) => html`<option value=${code}>${title}</option>`)}
  </select></label>`;
const area = (label: string, name: string, required: boolean): TemplateResult =>
  html`<label>${label}<textarea name=${name} rows="3" maxlength="500" ?required=${required}></textarea></label>`;
const line = (label: string, name: string, more: { required?: boolean; type?: string } = {}): TemplateResult =>
  html`<label>${label}<input name=${name} type=${more.type ?? "text"} ?required=${more.required ?? false} maxlength="120" autocomplete="off" /></label>`;

type Done = boolean | Promise<boolean>;

/** A form that closes its dialog when what it asks for has worked. */
function form(view: View, title: string, submit: string, body: unknown, doing: (given: Record<string, string>) => Done): TemplateResult {
  const submitted = async (event: Event): Promise<void> => {
    if (await doing(fields(event))) view.ask(null);
  };
  return html`<form @submit=${submitted}>
    <h2 id="dialog-title">${title}</h2>
    ${body}
    ${view.state.notice ? html`<p class="error" role="alert">${view.state.notice}</p>` : nothing}
    <p class="ends"><button type="button" @click=${() => view.ask(null)}>${t.close}</button><button type="submit" class="primary">${submit}</button></p>
  </form>`;
}

function colleagues({ state, desk }: View): Agent[] {
  return [...state.agents.values()].filter(({ name, state: presence }) => presence !== "offline" && name !== desk.row?.agent);
}

function seats(view: View, prefix = ""): TemplateResult[] {
  return colleagues(view).map(
    ({ name, display, load, capacity, state }) =>
      html`<option value=${prefix + name}>${plain(display)} · ${text.bar.stateShort[state]} · ${t.transfer.seats(load, capacity)}</option>`,
  );
}

function transfer(view: View): TemplateResult {
  const words = t.transfer;
  const body = html`<label>${words.to}
      <select name="to" required>
        <option value="">${t.choose}</option>
        <optgroup label=${words.skills}>${view.state.me?.skills_all.map(({ code, title }) => html`<option value=${`skill:${code}`}>${title}</option>`)}</optgroup>
        <optgroup label=${words.agents}>${seats(view, "agent:")}</optgroup>
      </select></label>
    ${area(words.note, "note", true)}`;
  return form(view, words.title, words.submit, body, ({ to = "", note = "" }) => {
    const [kind, name = ""] = [to.slice(0, to.indexOf(":")), to.slice(to.indexOf(":") + 1)];
    return view.desk.transfer(kind === "skill" ? { to_skill: name } : { to_agent: name }, note);
  });
}

function resolve(view: View, thenNext: boolean): TemplateResult {
  const words = t.resolve;
  const body = html`${reasons(words.reason, view.state.me?.reasons.resolve ?? [])}${area(words.note, "note", false)}<p class="quiet">${words.hint}</p>`;
  return form(view, words.title, words.submit, body, async ({ reason = "", note = "" }) => {
    const done = await view.desk.resolve(reason, note);
    if (done && thenNext) await view.desk.step(1);
    return done;
  });
}

function orderForm(view: View, key: string): TemplateResult {
  const words = t.order;
  const kindChosen = ({ target }: Event): void => {
    const select = target as HTMLSelectElement;
    const more = select.form?.querySelector<HTMLElement>(".application");
    if (more) more.hidden = select.value !== "application";
  };
  const body = html`<label>${words.kind}
      <select name="kind" @change=${kindChosen}>${Object.entries(words.kinds).map(([kind, title]) => html`<option value=${kind}>${title}</option>`)}</select></label>
    <label class="application" hidden>${words.application}
      <select name="application_kind">${view.state.me?.applications.map(({ code, title }) => html`<option value=${code}>${title}</option>`)}</select></label>
    ${area(words.description, "description", true)}
    ${line(words.address, "address")}
    <div class="pair">${line(words.contact, "contact_name")}${line(words.phone, "phone", { type: "tel" })}</div>
    ${line(words.account, "account_no")}
    <label class="check"><input type="checkbox" name="urgent" value="yes" /> ${words.urgent}</label>`;
  return form(view, words.title, words.submit, body, ({ kind = "fault", description = "", address = "", contact_name = "", phone = "", account_no = "", application_kind = "", urgent }) => {
    const draft: OrderDraft = {
      kind: kind as OrderDraft["kind"],
      description,
      address,
      contact_name,
      phone,
      account_no,
      application_kind: kind === "application" ? application_kind : "",
      urgent: urgent === "yes",
    };
    return view.desk.order(key, draft);
  });
}

const choice = (words: string, on: boolean, set: (on: boolean) => void): TemplateResult =>
  html`<label class="check"><input type="checkbox" ?checked=${on} @change=${({ target }: Event) => set((target as HTMLInputElement).checked)} /> ${words}</label>`;

function help(view: View): TemplateResult {
  const words = t.help;
  return html`<div>
    <h2 id="dialog-title">${words.title}</h2>
    ${choice(words.enabled, enabled(), enable)}${choice(words.mod, sendsWithMod(), sendWithMod)}
    <table class="keys"><tbody>
      ${SHORTCUTS.map(({ command, shown }) => html`<tr><th scope="row">${words.commands[command]}</th><td><kbd>${shown}</kbd></td></tr>`)}
      <tr><th scope="row">${words.commands.help}</th><td><kbd>?</kbd></td></tr>
      <tr><th scope="row">${words.escape}</th><td><kbd>Esc</kbd></td></tr>
    </tbody></table>
    <p class="ends"><button type="button" class="primary" autofocus @click=${() => view.ask(null)}>${words.done}</button></p>
  </div>`;
}

function asked(ask: Ask, view: View): TemplateResult {
  const { desk, state } = view;
  switch (ask.kind) {
    case "transfer":
      return transfer(view);
    case "release":
      return form(view, t.release.title, t.release.submit, html`${area(t.release.note, "note", false)}<p class="quiet">${t.release.hint}</p>`, ({ note = "" }) =>
        desk.release(note),
      );
    case "resolve":
      return resolve(view, ask.thenNext);
    case "reassign":
      return form(
        view,
        t.reassign.title,
        t.reassign.submit,
        html`<label>${t.reassign.to}<select name="to" required><option value="">${t.choose}</option>${seats(view)}</select></label>`,
        ({ to = "" }) => desk.reassign(to),
      );
    case "reveal":
      return form(
        view,
        t.reveal.title(text.panel[ask.field]),
        t.reveal.submit,
        html`${reasons(t.reveal.reason, state.me?.reasons.reveal ?? [])}<p class="quiet">${t.reveal.hint}</p>`,
        ({ reason = "" }) => desk.reveal(ask.field, reason),
      );
    case "order":
      return orderForm(view, ask.key);
    case "amend":
      return form(view, t.amend.title(ask.order_no), t.amend.submit, area(t.amend.description, "description", true), ({ description = "" }) =>
        desk.amend(ask.order_no, { key: ask.key, description }),
      );
    case "help":
      return help(view);
  }
}

/** The dialog element is always there; the page opens and closes it. */
export function dialog(ask: Ask | null, view: View): TemplateResult {
  return html`<dialog aria-labelledby="dialog-title" @close=${() => view.ask(null)}>${ask ? asked(ask, view) : nothing}</dialog>`;
}
