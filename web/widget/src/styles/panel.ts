import { css } from "lit";

/** Launcher, panel, header and composer. The one breakpoint is FULL_SCREEN of grid-chat.ts. */
export const panel = css`
  :host { position: fixed; z-index: var(--grid-chat-z, 2147483000); right: 1.25rem; bottom: 1.25rem; }
  :host([position="left"]) { right: auto; left: 1.25rem; }
  button, a.button { font: inherit; cursor: pointer; }
  .launcher {
    position: relative; display: flex; align-items: center; gap: 0.5rem; min-height: 3.5rem; padding: 0 1.25rem;
    border: 1px solid transparent; border-radius: 999px; background: var(--primary); color: var(--on-primary);
    font-weight: 600; box-shadow: 0 0.5rem 1.5rem rgb(8 63 80 / 0.28);
  }
  .launcher:hover { background: var(--primary-dark); }
  .launcher.open { padding: 0; width: 3.5rem; justify-content: center; margin-left: auto; }
  :host([position="left"]) .launcher.open { margin-left: 0; }
  .unread {
    position: absolute; top: -0.375rem; right: -0.25rem; min-width: 1.5rem; padding: 0 0.375rem; border-radius: 999px;
    border: 2px solid var(--paper); background: var(--alert); color: #fff; font-size: var(--small); text-align: center;
  }
  dialog {
    position: absolute; inset: auto 0 4.25rem auto; margin: 0; padding: 0; border: 1px solid var(--line);
    width: min(25rem, calc(100vw - 2.5rem)); height: min(42rem, calc(100dvh - 7rem)); max-width: none; max-height: none;
    border-radius: 1.25rem; overflow: hidden; background: var(--ground); color: inherit;
    box-shadow: 0 1rem 3rem rgb(8 63 80 / 0.22);
  }
  dialog[open] { display: flex; flex-direction: column; animation: rise 0.18s ease-out; }
  :host([position="left"]) dialog { inset: auto auto 4.25rem 0; }
  dialog::backdrop { background: var(--ground); }

  .head { padding: 0.75rem 0.75rem 0.75rem 1rem; background: linear-gradient(120deg, var(--primary-dark), var(--primary)); color: var(--on-primary); }
  .title { display: flex; align-items: center; gap: 0.625rem; }
  .title > div { flex: 1; min-width: 0; }
  .title h2 { margin: 0; font-size: 1.0625rem; line-height: 1.3; }
  .title h2:focus { outline: none; }
  .status { margin: 0; font-size: var(--small); line-height: 1.35; }
  .status::before { content: ""; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.375rem; border-radius: 50%; background: #7ee0a5; }
  .status.connecting::before { background: #ffd479; }
  .status.offline::before { background: #ffb3a3; }
  .emblem { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 0.75rem; background: rgb(255 255 255 / 0.16); }
  .icon { display: grid; place-items: center; width: var(--target); height: var(--target); padding: 0; border: 1px solid transparent; border-radius: 0.75rem; background: none; color: inherit; }
  .elder { min-height: var(--target); padding: 0 0.625rem; border: 1px solid rgb(255 255 255 / 0.55); border-radius: 0.75rem; background: none; color: inherit; white-space: nowrap; }
  .head .icon:hover { background: rgb(255 255 255 / 0.16); }
  .head :focus-visible { outline-color: #fff; outline-offset: -2px; }
  .help { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.625rem; }
  .help > * {
    flex: 1; display: flex; align-items: center; justify-content: center; gap: 0.375rem; min-height: var(--target);
    padding: 0 0.75rem; border: 1px solid rgb(255 255 255 / 0.55); border-radius: 0.75rem; background: rgb(255 255 255 / 0.1);
    color: inherit; text-decoration: none; white-space: nowrap;
  }
  .help > *:hover { background: rgb(255 255 255 / 0.22); }
  .help svg { width: 1.125rem; height: 1.125rem; }

  .question, .notice { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin: 0; padding: 0.5rem 1rem; border-bottom: 1px solid var(--line); background: var(--paper); font-size: 0.9375rem; }
  .question p { margin: 0; flex: 1 1 100%; }
  .notice { background: var(--alert-soft); color: var(--alert); border: 0; }
  .notice:empty { display: none; }
  .plain { min-height: var(--target); padding: 0 1rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--paper); color: var(--ink); }
  .plain.strong { border-color: var(--alert); background: var(--alert); color: #fff; }

  .composer { padding: 0.5rem; border-top: 1px solid var(--line); background: var(--paper); }
  .row { display: flex; align-items: flex-end; gap: 0.25rem; }
  .composer .icon { color: var(--primary); }
  .composer .icon:hover { background: var(--primary-soft); }
  .composer .send { border-radius: 50%; background: var(--primary); color: var(--on-primary); }
  .composer .send:hover { background: var(--primary-dark); }
  .composer .send:disabled { background: var(--line); color: var(--muted); cursor: default; }
  textarea {
    flex: 1; min-width: 0; min-height: var(--target); max-height: 8rem; padding: 0.5625rem 0.75rem; border: 1px solid #7d9199;
    border-radius: 0.875rem; background: var(--paper); color: inherit; font: inherit; line-height: 1.5; resize: none; overflow-y: auto;
  }
  textarea::placeholder { color: var(--muted); }
  textarea:focus-visible { outline-offset: -1px; outline-width: 2px; }
  .count { margin: 0 0.25rem 0.25rem; color: var(--muted); font-size: var(--small); text-align: right; }
  .count.over { color: var(--alert); font-weight: 600; }
  .ready { position: relative; display: inline-block; margin: 0.25rem 0.25rem 0.5rem; }
  .ready img { display: block; max-width: 10rem; max-height: 7rem; border-radius: 0.75rem; border: 1px solid var(--line); }
  .ready .icon { position: absolute; top: 0.25rem; right: 0.25rem; border-radius: 50%; background: rgb(22 38 44 / 0.78); color: #fff; }
  .ready .icon:hover { background: #16262c; }

  @keyframes rise { from { opacity: 0; transform: translateY(0.5rem); } }
  @media (max-width: 36rem), (max-height: 28rem) {
    dialog[open] { position: fixed; inset: 0; width: 100%; height: var(--grid-chat-viewport, 100dvh); border: 0; border-radius: 0; }
    .launcher.open { visibility: hidden; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
  }
  @media (forced-colors: active) {
    .status::before { display: none; }
    .head, .unread { border-bottom: 1px solid; }
    .composer .send, .launcher { border: 1px solid ButtonText; }
    .composer .send:disabled { color: GrayText; border-color: GrayText; }
  }
`;
