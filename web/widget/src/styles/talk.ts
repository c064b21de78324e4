import { css } from "lit";

/** The messages and what they carry. */
export const talk = css`
  .log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 0.75rem 0.875rem; }
  .thread { display: flex; flex-direction: column; gap: 0.25rem; min-height: 100%; }
  .log:focus-visible { outline-offset: -3px; }
  .day { align-self: center; margin: 0.5rem 0; color: var(--muted); font-size: var(--small); }
  .message { display: flex; flex-direction: column; align-items: flex-start; max-width: 88%; }
  .message.customer { align-self: flex-end; align-items: flex-end; }
  .message.system { align-self: center; align-items: center; max-width: 96%; }
  .message.first { margin-top: 0.625rem; }
  .who { margin: 0 0 0.125rem 0.25rem; color: var(--muted); font-size: var(--small); }
  .bubble {
    padding: 0.5625rem 0.875rem; border: 1px solid transparent; border-radius: var(--radius); border-start-start-radius: 0.25rem;
    background: var(--paper); box-shadow: 0 1px 2px rgb(8 63 80 / 0.08); overflow-wrap: anywhere; unicode-bidi: isolate;
  }
  .customer .bubble { border-radius: var(--radius); border-start-end-radius: 0.25rem; background: var(--primary); color: var(--on-primary); white-space: pre-wrap; }
  .agent .bubble { background: #fff7e3; }
  .system .bubble { padding: 0.25rem 0.75rem; border-radius: 0.75rem; background: #e4ecef; box-shadow: none; font-size: 0.875rem; }
  .bubble p { margin: 0; }
  .bubble p + p, .bubble p + ul, .bubble ul + p { margin-top: 0.5rem; }
  .bubble ul { margin: 0; padding-left: 1.25rem; }
  .bubble a { color: var(--primary); }
  .photo { display: block; max-width: min(14rem, 100%); max-height: 16rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--paper); object-fit: contain; }
  .bot .photo { max-width: min(18rem, 100%); max-height: none; }
  .bubble + .photo, .photo + .bubble { margin-top: 0.25rem; }
  .meta { display: flex; gap: 0.5rem; margin: 0.125rem 0.25rem 0; color: var(--muted); font-size: var(--small); }
  .failed { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 0.25rem 0.5rem; margin-top: 0.25rem; color: var(--alert); font-size: 0.875rem; }
  .choices { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0.375rem 0 0.25rem; }
  .choice {
    min-height: var(--target); padding: 0.25rem 1rem; border: 1px solid var(--primary); border-radius: 999px; background: var(--paper);
    color: var(--primary); text-align: left;
  }
  .choice:hover:enabled { background: var(--primary-soft); }
  .choice:disabled { border-color: var(--line); background: transparent; color: var(--muted); cursor: default; }
  .choice.chosen { border-color: var(--primary); background: var(--primary-soft); color: var(--primary-dark); }
  .card { width: 100%; min-width: min(19rem, 74vw); margin-top: 0.375rem; padding: 0.875rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--paper); }
  .card h3 { display: flex; align-items: center; justify-content: space-between; gap: 0.5rem; margin: 0; font-size: 1rem; }
  .badge { flex: none; padding: 0.0625rem 0.625rem; border: 1px solid transparent; border-radius: 999px; background: var(--primary-soft); color: var(--primary-dark); font-size: var(--small); font-weight: 400; }
  .quiet { margin: 0; color: var(--muted); font-size: var(--small); }
  .number { font-variant-numeric: tabular-nums; user-select: all; }
  .due { margin: 0.625rem 0 0; padding: 0.375rem 0.75rem; border-radius: 0.625rem; background: #fff7e3; font-size: 0.875rem; }
  .steps, .checklist { margin: 0.625rem 0 0; padding: 0; list-style: none; }
  .steps li, .checklist li { position: relative; display: flex; gap: 0.625rem; align-items: baseline; padding: 0.25rem 0; }
  .steps li > span:nth-child(2), .checklist li > span:nth-child(2) { flex: 1; }
  .steps time { flex: none; color: var(--muted); font-size: var(--small); }
  .todo { color: var(--muted); }
  .mark { flex: none; position: relative; top: 0.1875rem; display: grid; place-items: center; width: 1.125rem; height: 1.125rem; border: 2px solid #7d9199; border-radius: 50%; background: var(--paper); z-index: 1; }
  .done > .mark { border-color: var(--primary); background: var(--primary); color: #fff; }
  .mark svg { width: 0.875rem; height: 0.875rem; stroke-width: 3; }
  .checklist .mark { border-radius: 0.25rem; }
  .steps li:not(:last-child)::after { content: ""; position: absolute; left: 0.5rem; top: 1.5rem; bottom: -0.5rem; width: 2px; background: var(--line); }
  dl { margin: 0.5rem 0 0; font-size: 0.9375rem; }
  dl div { display: flex; gap: 0.75rem; padding: 0.1875rem 0; }
  dt { flex: none; width: 4.5rem; color: var(--muted); }
  dd { margin: 0; overflow-wrap: anywhere; }
  .welcome { margin: auto 0; padding: 1rem 0.5rem; text-align: center; }
  .welcome h3 { margin: 0.75rem 0 0.25rem; font-size: 1.25rem; }
  .welcome p { margin: 0 0 1rem; color: var(--muted); }
  .welcome .emblem { margin: 0 auto; width: 3.5rem; height: 3.5rem; background: var(--primary-soft); color: var(--primary); }
  .welcome .choices { justify-content: center; }
  .typing { display: flex; align-items: center; gap: 0.25rem; width: max-content; margin: 0 0.875rem 0.5rem; padding: 0.5rem 0.75rem; border-radius: var(--radius); background: var(--paper); color: var(--muted); font-size: var(--small); }
  .typing i { width: 0.375rem; height: 0.375rem; border-radius: 50%; background: var(--primary); animation: breathe 1.2s infinite; }
  .typing i:nth-child(2) { animation-delay: 0.2s; }
  .typing i:nth-child(3) { animation-delay: 0.4s; margin-right: 0.25rem; }
  .newest { position: absolute; left: 50%; bottom: 5.5rem; transform: translateX(-50%); display: flex; align-items: center; gap: 0.25rem; min-height: var(--target); padding: 0 1rem; border: 1px solid var(--primary); border-radius: 999px; background: var(--paper); color: var(--primary); box-shadow: 0 0.25rem 1rem rgb(8 63 80 / 0.2); }
  .newest svg { width: 1.125rem; height: 1.125rem; }
  @keyframes breathe { 50% { opacity: 0.25; } }
  @media (forced-colors: active) {
    .bubble, .badge, .due { border: 1px solid CanvasText; }
    .choice.chosen { border-width: 3px; }
    .done > .mark { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  }
`;
