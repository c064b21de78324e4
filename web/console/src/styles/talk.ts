import { css } from "lit";

/** The open conversation and where its agent writes. */
export const talk = css`
  .talk { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; min-height: 0; min-width: 0; }
  .talk.none { grid-template-rows: auto auto; place-content: center; gap: 0.5rem; text-align: center; }
  .talk-head { display: flex; align-items: center; gap: 0.75rem; flex-wrap: wrap; padding: 0.5rem 0.875rem; background: var(--paper); border-bottom: 1px solid var(--line); }
  .subject { flex: 1 1 14rem; min-width: 0; }
  .subject h2 { display: flex; align-items: center; gap: 0.5rem; }
  .subject .clock { margin-left: 0; }
  .others:not(:empty) { margin-left: 0.5rem; padding: 0 0.375rem; border-radius: 0.25rem; background: var(--amber-soft); color: var(--amber); }
  .acts { display: flex; gap: 0.375rem; flex-wrap: wrap; }
  .acts [aria-pressed="true"] { background: var(--primary-soft); }
  .thread { min-height: 0; display: grid; }
  .log { overflow-y: auto; padding: 0.875rem; min-height: 0; }
  .log:focus-visible { outline-offset: -3px; }
  .older { display: block; margin: 0 auto 0.5rem; }
  .message { content-visibility: auto; contain-intrinsic-size: auto 4rem; display: grid; justify-items: start; gap: 0.125rem; padding-bottom: 0.75rem; }
  .who { font-size: 0.75rem; color: var(--muted); }
  .bubble { max-width: min(36rem, 85%); padding: 0.4375rem 0.75rem; border-radius: 0.75rem; background: var(--paper); border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
  .customer .bubble { border-color: #71868e; }
  .bot, .agent, .note { justify-items: end; }
  .bot .bubble { background: #eceff1; }
  .agent .bubble { background: var(--primary); border-color: var(--primary); color: #fff; }
  .note .bubble { background: #fff6d6; border: 1px dashed #a17a00; }
  .system { justify-items: center; }
  .system .bubble { background: none; border: 0; color: var(--muted); font-size: var(--small); text-align: center; }
  .suppressed .bubble { text-decoration: line-through; background: none; border-style: dashed; color: var(--muted); }
  .bubble.card { border-left: 4px solid var(--primary-soft-strong); font-size: 0.875rem; }
  .message img { display: block; max-width: 14rem; max-height: 14rem; border-radius: 0.5rem; border: 1px solid var(--line); }
  .choices { font-size: 0.75rem; color: var(--muted); }
  .failed { color: var(--alert); font-size: var(--small); }
  .typing { min-height: 1.25rem; color: var(--muted); font-size: var(--small); }

  .composer { position: relative; display: grid; gap: 0.375rem; padding: 0.5rem 0.875rem 0.75rem; background: var(--paper); border-top: 1px solid var(--line); }
  .composer.noting { background: #fffbea; }
  .modes { display: flex; align-items: center; gap: 0.25rem; }
  .modes .quiet { margin-left: auto; }
  .mode { border-color: transparent; background: none; }
  .mode[aria-pressed="true"] { border-color: var(--primary); color: var(--primary-dark); background: var(--primary-soft); font-weight: 600; }
  .write { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.5rem; }
  .sendings { display: grid; gap: 0.375rem; align-content: start; }
  .limits { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: var(--small); color: var(--amber); }
  .suggestion { padding: 0.5rem 0.75rem; border-radius: 0.5rem; background: var(--primary-soft); font-size: 0.875rem; }
  .suggestion p:first-child { max-height: 6.5em; overflow-y: auto; white-space: pre-wrap; }
  .canned { position: absolute; bottom: 100%; left: 0.875rem; right: 0.875rem; z-index: 2; max-height: 16rem; overflow-y: auto; background: var(--paper); border: 1px solid #71868e; border-radius: 0.5rem; padding: 0.25rem; box-shadow: 0 -4px 16px #08303d26; }
  p.canned { padding: 0.5rem 0.75rem; }
  .canned li { display: grid; padding: 0.375rem 0.625rem; border-radius: 0.375rem; cursor: pointer; font-size: 0.875rem; }
  .canned li span { color: var(--muted); }
  .canned li[aria-selected="true"] { background: var(--primary-soft); outline: 2px solid var(--primary); outline-offset: -2px; }
`;
