import { css } from "lit";

/** The bar, buttons, fields, dialogs, the way in. */
export const frame = css`
  :host { --text: 0.9375rem; --target: 2rem; --amber: #7a4b00; --amber-soft: #fff0d1; --good: #1d6b3a; display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100vh; height: 100dvh; overflow: hidden; background: var(--ground); }
  h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
  ul { list-style: none; }
  h1 { font-size: 1.25rem; }
  h2 { font-size: 1rem; }
  h3 { font-size: 0.875rem; color: var(--muted); }
  small { font-size: var(--small); color: var(--muted); font-weight: 400; }
  button, .button, select, input, textarea { font: inherit; color: inherit; border: 1px solid #71868e; border-radius: 0.375rem; background: var(--paper); min-height: var(--target); padding: 0.125rem 0.625rem; }
  button, .button { cursor: pointer; display: inline-flex; align-items: center; justify-content: center; gap: 0.25rem; white-space: nowrap; }
  button:hover, .button:hover { background: var(--primary-soft); }
  .button:focus-within { outline: 3px solid var(--primary); outline-offset: 2px; }
  button:disabled, textarea:disabled { background: #e9eef0; color: #5a6b72; border-color: var(--line); cursor: not-allowed; }
  button.primary:not(:disabled) { background: var(--primary); border-color: var(--primary); color: var(--on-primary); }
  button.primary:not(:disabled):hover { background: var(--primary-dark); }
  button.plain { border: 0; background: none; color: var(--primary); text-decoration: underline; min-height: 1.5rem; padding: 0 0.25rem; }
  input[type="checkbox"], input[type="radio"] { min-height: 0; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--primary); }
  textarea { resize: vertical; width: 100%; padding: 0.375rem 0.625rem; line-height: 1.5; }
  .quiet { color: var(--muted); font-size: var(--small); }
  .error { color: var(--alert); font-weight: 600; }
  .loading, .empty { padding: 2rem 1rem; color: var(--muted); text-align: center; }
  .dot { display: inline-block; width: 0.625rem; height: 0.625rem; border-radius: 50%; background: #8a9aa1; }
  .dot.online { background: #4cc27a; }
  .dot.busy { background: #e8a33d; }

  .bar { display: flex; align-items: center; gap: 0.5rem 0.75rem; flex-wrap: wrap; padding: 0.375rem 0.875rem; background: var(--primary-dark); color: #fff; }
  .bar .brand { font-weight: 600; }
  .bar button { background: none; border-color: transparent; color: #fff; }
  .bar button:hover { background: #ffffff26; }
  .bar button[aria-current="page"] { background: #fff; color: var(--primary-dark); font-weight: 600; }
  .bar nav { display: flex; gap: 0.25rem; }
  .bar select { color: var(--ink); }
  .bar .quiet { color: #d7e6ea; }
  .bar :focus-visible { outline-color: #ffd479; }
  .bar span, .bar label { white-space: nowrap; }
  @media (max-width: 48rem) { .bar .brand, .bar .me, .presence .quiet { display: none; } }
  .presence { display: flex; align-items: center; gap: 0.5rem; margin-left: auto; }
  .presence label { display: flex; align-items: center; gap: 0.375rem; font-size: var(--small); }
  .connection { font-size: var(--small); color: #bfe8cd; }
  .connection.offline, .connection.connecting { background: var(--amber-soft); color: var(--amber); border-radius: 0.375rem; padding: 0 0.5rem; }

  .login { display: grid; place-items: center; padding: 1rem; grid-row: 1 / -1; }
  .login form { display: grid; gap: 1rem; width: min(24rem, 100%); padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); }
  .login input { min-height: 2.75rem; }
  .login button { min-height: 2.75rem; }
  form label { display: grid; gap: 0.25rem; }
  .hint { padding: 0.5rem 0.75rem; background: var(--primary-soft); border-radius: 0.5rem; }

  dialog { width: min(32rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); overflow: auto; border: 1px solid var(--line); border-radius: 0.75rem; padding: 1.25rem; color: var(--ink); font: inherit; }
  dialog::backdrop { background: #08303d80; }
  dialog form, dialog > div { display: grid; gap: 0.75rem; }
  dialog label.check { display: flex; align-items: center; gap: 0.5rem; }
  dialog .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; }
  dialog input:not([type="checkbox"]) { width: 100%; }
  .ends { display: flex; justify-content: flex-end; gap: 0.5rem; }
  kbd { font: 0.8125rem ui-monospace, monospace; padding: 0.125rem 0.375rem; border: 1px solid var(--line); border-radius: 0.25rem; background: var(--ground); }
  .notice:not(:empty) { position: fixed; left: 50%; bottom: 1.25rem; transform: translateX(-50%); z-index: 5; padding: 0.5rem 1rem; border-radius: 0.5rem; background: var(--ink); color: #fff; }
`;
