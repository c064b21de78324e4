/** Where an agent comes in. */

import { html, nothing, type TemplateResult } from "lit";
import { text } from "../text";
import { fields } from "./view";

export interface LoginState {
  busy: boolean;
  code: boolean;
  error: string;
}

export function login(state: LoginState, notice: string, submit: (name: string, password: string, code: string) => void): TemplateResult {
  const t = text.login;
  const submitted = (event: Event): void => {
    const { name = "", password = "", code = "" } = fields(event);
    submit(name, password, code);
  };
  return html`<main class="login">
    <form @submit=${submitted} aria-labelledby="login-title">
      <h1 id="login-title">${t.title}</h1>
      ${notice ? html`<p class="hint" role="status">${notice}</p>` : nothing}
      <label>${t.name}<input name="name" autocomplete="username" required autofocus autocapitalize="off" spellcheck="false" /></label>
      <label>${t.password}<input name="password" type="password" autocomplete="current-password" required /></label>
      ${
        state.code
          ? html`<label>${t.code}<small>${t.codeHint}</small><input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" required /></label>`
          : nothing
      }
      ${state.error ? html`<p class="error" role="alert">${state.error}</p>` : nothing}
      <button type="submit" class="primary" ?disabled=${state.busy}>${state.busy ? t.busy : t.submit}</button>
      <p class="quiet">${t.warning}</p>
    </form>
  </main>`;
}
