import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons";
import type { View } from "./view";

export interface HeadActions {
  heading: string;
  hotline: string;
  /** Switch 长辈版 on or off; null where the page has none. */
  switchElder: ((on: boolean) => void) | null;
  askClear(): void;
  close(): void;
}

function status({ state, text }: View): string {
  if (state.connection !== "online") return text[state.connection];
  if (state.owner === "bot") return text.online;
  const agent = state.messages.findLast(({ from, agent }) => from === "agent" && agent)?.agent;
  return state.owner === "agent" ? text.withPerson(agent ?? "") : text.online;
}

/** Title, connection, and the two ways to a person, which never leave the screen. */
export function head(view: View, actions: HeadActions): TemplateResult {
  if (view.elder) return view.elder.head(view, actions, status(view));
  const { heading, hotline, switchElder, askClear, close } = actions;
  const { text, chat, state } = view;
  return html`<div class="head">
    <div class="title">
      <span class="emblem">${icons.bolt}</span>
      <div>
        <h2 id="heading" tabindex="-1">${heading || text.title}</h2>
        <p class="status ${state.connection}" role="status">${status(view)}</p>
      </div>
      ${switchElder ? html`<button type="button" class="elder" aria-pressed="false" @click=${() => switchElder(true)}>${text.elder}</button>` : nothing}
      <button type="button" class="icon" aria-label=${text.clear} title=${text.clear} @click=${askClear}>${icons.sweep}</button>
      <button type="button" class="icon" aria-label=${text.close} title=${text.close} @click=${close}>${icons.cross}</button>
    </div>
    <div class="help">
      <button type="button" @click=${() => chat.say(text.person)}>${icons.person}${text.person}</button>
      ${hotline ? html`<a href="tel:${hotline}">${icons.phone}${text.call(hotline)}</a>` : nothing}
    </div>
  </div>`;
}
