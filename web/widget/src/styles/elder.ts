import { css } from "lit";

/** 长辈版: one size for all text, contrast of at least 7:1, targets of at least 60 pixels, one column. */
export const elder = css`
  :host([elder-size]) {
    --primary: #07414f;
    --primary-dark: #052f3a;
    --primary-soft: #e6f2f5;
    --on-primary: #fff;
    --ink: #101c20;
    --muted: #2d3e44;
    --line: #5b6d74;
    --ground: #f6f9fa;
    --alert: #7d1407;
    --target: max(60px, 3.75rem);
    --text: max(22px, 1.375rem);
    --small: var(--text);
    line-height: 1.6;
  }
  :host([elder-size="18"]) { --text: max(18px, 1.125rem); }
  :host([elder-size="26"]) { --text: max(26px, 1.625rem); }
  :host([elder-size="30"]) { --text: max(30px, 1.875rem); }
  :host([elder-size]) * { font-size: inherit; line-height: inherit; }
  :host([elder-size]) .launcher { min-height: var(--target); min-width: var(--target); }
  :host([elder-size]) .launcher.open { display: none; }
  :host([elder-size]) dialog { width: min(38rem, calc(100vw - 2.5rem)); height: min(60rem, calc(100dvh - 2.5rem)); inset-block-end: 0; }
  :host([elder-size]) .head { padding: 0.5rem; background: var(--primary-dark); line-height: 1.4; }
  :host([elder-size]) .help { margin: 0; gap: 0.375rem; }
  :host([elder-size]) .help + .help { margin-top: 0.375rem; }
  :host([elder-size]) .help > * { flex: 1 1 auto; min-width: var(--target); padding: 0 0.375rem; border: 2px solid #fff; background: var(--primary-dark); font-weight: 600; }
  :host([elder-size]) .help > :is(*, *:hover) { background: var(--primary-dark); }
  :host([elder-size]) .help > :is([aria-pressed="true"], [aria-expanded="true"]) { background: #fff; color: var(--primary-dark); }
  @media (hover: hover) {
    :host([elder-size]) .help > *:hover { background: #fff; color: var(--primary-dark); }
  }
  :host([elder-size]) .help svg { width: 1em; height: 1em; }
  :host([elder-size]) .status { margin: 0.375rem 0.25rem 0; }
  #tools { display: flex; flex-wrap: wrap; gap: 0.375rem; padding: 0.5rem; border-bottom: 2px solid var(--line); background: var(--paper); }
  #tools .plain { flex: 1 1 auto; padding: 0 0.25rem; white-space: nowrap; }
  #tools .wide { flex-basis: 100%; }
  :host([elder-size]) .plain { min-width: var(--target); border: 2px solid var(--primary); color: var(--primary); font-weight: 600; }
  :host([elder-size]) .plain[aria-pressed="true"] { background: var(--primary); color: var(--on-primary); }
  :host([elder-size]) .plain.strong { border-color: var(--alert); color: #fff; }
  :host([elder-size]) .question { padding: 0.75rem; border-bottom: 2px solid var(--line); }
  :host([elder-size]) .log { padding: 0.5rem; }
  :host([elder-size]) .thread { gap: 0.625rem; }
  :host([elder-size]) .message { max-width: 100%; }
  :host([elder-size]) .message.customer { max-width: 92%; }
  :host([elder-size]) .bubble { padding: 0.5rem 0.75rem; box-shadow: none; border: 1px solid var(--line); }
  :host([elder-size]) .bubble p + p { margin-top: 0.75em; }
  :host([elder-size]) .message:not(.customer) { align-self: stretch; align-items: stretch; }
  :host([elder-size]) .choices { flex-direction: column; align-items: stretch; gap: 0.5rem; }
  :host([elder-size]) :is(.choice, .more) { width: 100%; }
  :host([elder-size]) .choice { padding: 0.5rem 1rem; border: 2px solid var(--primary); border-radius: 1rem; font-weight: 600; }
  :host([elder-size]) .choice:disabled { border-color: var(--line); font-weight: 400; }
  :host([elder-size]) .choice.chosen { border-width: 4px; }
  .more > summary { display: flex; align-items: center; cursor: pointer; list-style: none; }
  .more > summary::after { content: "▾"; margin-left: 0.5rem; }
  .more[open] > summary::after { content: "▴"; }
  .more > .choice + .choice { margin-top: 0.5rem; }
  .dictation { padding: 0.5rem 0.75rem; }
  .dictation .plain { width: 100%; }
  .dictation p { margin: 0.25rem 0 0; }
  .dictation p:empty { display: none; }
  .reading { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.375rem; }
  .magnified { margin-top: 0.5rem; padding: 0.75rem; border: 3px solid var(--primary); border-radius: 1rem; background: var(--paper); overflow-wrap: anywhere; }
  .magnified p { margin: 0; }
  :host([elder-size]) .magnified, :host([elder-size]) .welcome h3, :host([elder-size]) .value b { font-size: 1.5em; line-height: 1.5; }
  :host([elder-size]) .magnified * { font-size: inherit; }
  .sure { margin: 0.25rem 0; font-weight: 600; }
  .again { align-self: stretch; margin-top: 0.5rem; }
  :host([elder-size]) .welcome { padding: 0.25rem; text-align: left; }
  :host([elder-size]) .welcome h3 { margin: 0 0 0.5rem; font-size: 1.25em; }
  :host([elder-size]) .card { min-width: 0; overflow-wrap: anywhere; border: 2px solid var(--line); }
  :host([elder-size]) .card h3 { flex-wrap: wrap; }
  :host([elder-size]) :is(.steps, .checklist) li { flex-wrap: wrap; }
  :host([elder-size]) .steps time { flex-basis: 100%; padding-left: 1.75rem; }
  :host([elder-size]) dl div { flex-wrap: wrap; gap: 0 0.75rem; }
  :host([elder-size]) dt { width: auto; font-weight: 600; }
  :host([elder-size]) tr { display: flex; flex-wrap: wrap; gap: 0 1em; justify-content: space-between; border-bottom: 1px solid var(--line); }
  :host([elder-size]) :is(th, td) { border: 0; }
  :host([elder-size]) .mark { top: 0.25em; }
  :host([elder-size]) .typing { font-size: var(--text); }
  :host([elder-size]) .composer .icon { border: 2px solid var(--primary); }
  :host([elder-size]) .composer .icon svg { width: 2rem; height: 2rem; }
  :host([elder-size]) .composer .send:disabled { background: #dde6e9; color: var(--muted); border-color: var(--line); }
  :host([elder-size]) textarea { padding-block: max(0.25rem, calc((var(--target) - 1.5em) / 2 - 2px)); border: 2px solid var(--line); line-height: 1.5; }
  :host([elder-size]) .newest { min-height: var(--target); bottom: 6.5rem; }
  :host([elder-size]) .bubble a { display: inline-flex; align-items: center; min-height: var(--target); min-width: var(--target); }
  @media (max-width: 36rem), (max-height: 28rem) {
    :host([elder-size]) dialog[open] { width: 100%; height: var(--grid-chat-viewport, 100dvh); }
  }
  @media (max-height: 36rem) {
    :host([elder-size]) dialog[open] { display: block; overflow-y: auto; }
    :host([elder-size]) .log { overflow: visible; }
  }
`;

/** The large pointer. Its picture is a file, since a page's policy may forbid addresses with data in them. */
export function pointer(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  const picture = new URL(/* @vite-ignore */ "pointer.svg", import.meta.url).href;
  sheet.replaceSync(`:host([elder-pointer]), :host([elder-pointer]) * { cursor: url("${picture}") 4 4, auto !important; }`);
  return sheet;
}
