/** Where the customer writes: Enter sends, Shift+Enter breaks the line, a word still being composed is never sent. */

import { html, nothing, type TemplateResult } from "lit";
import { PICTURE_TYPES } from "../services/uploads";
import * as icons from "./icons";
import type { View } from "./view";

const COUNT_FROM = 0.9;

export interface Draft {
  text: string;
  picture: File | null;
  preview: string;
}

export interface DraftActions {
  write(text: string): void;
  attach(picture: File | null): void;
  send(): void;
}

/** Length as the server counts it: characters, not UTF-16 units. */
export const lengthOf = (text: string): number => [...text.trim()].length;

/** Whether this key press asks to send. Safari ends a composition before its Enter: there only keyCode 229 tells. */
export const asksToSend = (event: KeyboardEvent): boolean =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;

function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function count(view: View, used: number): TemplateResult | typeof nothing {
  const { text: most } = view.chat.sessions.limits;
  if (used < most * COUNT_FROM) return nothing;
  const over = used > most;
  const words = over ? `${view.text.tooLong(most)}（${view.text.count(used, most)}）` : view.text.count(used, most);
  return html`<p id="count" class="count ${over ? "over" : ""}" role=${over ? "alert" : "status"}>${words}</p>`;
}

export function composer(view: View, draft: Draft, actions: DraftActions): TemplateResult {
  const { text, chat } = view;
  const used = lengthOf(draft.text);
  const sendable = (used > 0 || draft.picture !== null) && used <= chat.sessions.limits.text;
  const pressed = (event: KeyboardEvent): void => {
    if (!asksToSend(event)) return;
    event.preventDefault();
    if (sendable) actions.send();
  };
  const wrote = ({ target }: InputEvent): void => {
    grow(target as HTMLTextAreaElement);
    actions.write((target as HTMLTextAreaElement).value);
  };
  const picked = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    actions.attach(input.files?.[0] ?? null);
    input.value = "";
  };
  const pasted = (event: ClipboardEvent): void => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => PICTURE_TYPES.includes(type));
    if (!file) return;
    event.preventDefault();
    actions.attach(file);
  };
  const choose = (event: Event): void =>
    (event.currentTarget as HTMLElement).parentElement?.querySelector<HTMLInputElement>("input[type=file]")?.click();
  return html`<div class="composer">
    ${
      draft.picture
        ? html`<div class="ready">
            <img src=${draft.preview} alt=${text.pictureReady} />
            <button type="button" class="icon" aria-label=${text.removePicture} @click=${() => actions.attach(null)}>${icons.cross}</button>
          </div>`
        : nothing
    }
    ${count(view, used)}
    <div class="row">
      <button type="button" class="icon" aria-label=${text.attach} title=${text.attach} @click=${choose}>${icons.picture}</button>
      <input type="file" accept=${PICTURE_TYPES.join()} hidden @change=${picked} />
      <textarea rows="1" aria-label=${text.input} placeholder=${text.placeholder} enterkeyhint="send" autocomplete="off"
        .value=${draft.text} @input=${wrote} @keydown=${pressed} @paste=${pasted}></textarea>
      <button type="button" class="icon send" aria-label=${text.send} ?disabled=${!sendable} @click=${actions.send}>${icons.send}</button>
    </div>
  </div>`;
}
