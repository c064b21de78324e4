import type { Message } from "@gridcare/protocol";
import { html, nothing, type TemplateResult } from "lit";
import { day } from "../text";
import * as icons from "./icons";
import { message, pending } from "./message";
import type { View } from "./view";

const RUN_MS = 3 * 60_000;

const sameRun = (a: Message | undefined, b: Message | undefined): boolean =>
  !!a && !!b && a.from === b.from && a.agent === b.agent && Math.abs(Date.parse(b.at) - Date.parse(a.at)) < RUN_MS;

function welcome(view: View): TemplateResult {
  if (view.elder) return view.elder.home(view.chat);
  const { text, chat } = view;
  return html`<div class="welcome">
    <span class="emblem">${icons.bolt}</span>
    <h3>${text.welcome}</h3>
    <p>${text.welcomeMore}</p>
    <div class="choices" role="group" aria-label=${text.choices}>
      ${text.starters.map((words) => html`<button type="button" class="choice" @click=${() => chat.say(words)}>${words}</button>`)}
    </div>
  </div>`;
}

/** Everything said, oldest first; what waits comes last. Announced to screen readers once the history is in. */
export function talk(view: View, live: boolean, scrolled: () => void): TemplateResult {
  const { state, text, locale } = view;
  const { messages } = state;
  const lastOwn = messages.findLast(({ from }) => from === "customer");
  const empty = messages.length + state.pending.length === 0;
  return html`<div class="log" role="log" aria-label=${text.log} aria-live=${live ? "polite" : "off"} aria-relevant="additions" tabindex="0"
    @scroll=${scrolled}><div class="thread">
    ${empty ? welcome(view) : nothing}
    ${messages.map((each, n) => {
      const [before, after] = [messages[n - 1], messages[n + 1]];
      const today = day(each.at, locale);
      const newDay = today !== (before && day(before.at, locale));
      const shown = message(each, view, newDay || !sameRun(before, each), !sameRun(each, after), each === lastOwn);
      return html`${newDay && today ? html`<p class="day">${today}</p>` : nothing}${shown}`;
    })}
    ${state.pending.map((each) => pending(each, view))} ${view.elder?.again(empty, view.chat)}
  </div></div>`;
}

/** That somebody is writing, seen and announced; empty otherwise, so that the region exists before its content. */
export function typing({ state, text }: View): TemplateResult {
  return html`<div role="status">${state.typing ? html`<div class="typing"><i></i><i></i><i></i>${text.typing}</div>` : nothing}</div>`;
}
