import { css } from "lit";

/** The three columns: conversations, the open one, the customer. */
export const desk = css`
  .desk { display: grid; grid-template-columns: 21rem minmax(0, 1fr); grid-template-rows: minmax(0, 1fr); min-height: 0; }
  .desk.with-panel { grid-template-columns: 21rem minmax(0, 1fr) 21rem; }
  .inbox, .panel { min-height: 0; background: var(--paper); }
  .inbox { display: grid; grid-template-rows: auto auto minmax(0, 1fr); border-right: 1px solid var(--line); }
  .tabs { display: grid; grid-template-columns: repeat(3, 1fr); border-bottom: 1px solid var(--line); }
  .tabs button { border: 0; border-radius: 0; border-bottom: 3px solid transparent; min-height: 2.75rem; }
  .tabs button[aria-pressed="true"] { border-bottom-color: var(--primary); color: var(--primary); font-weight: 600; }
  .tabs .number { font-size: var(--small); color: var(--muted); font-variant-numeric: tabular-nums; }
  .filters { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.375rem; padding: 0.5rem 0.625rem; border-bottom: 1px solid var(--line); }
  .filters input { grid-column: 1 / -1; }
  .filters select { min-width: 0; padding: 0 0.125rem; font-size: var(--small); border-color: var(--line); }
  .filters select:last-child { grid-column: span 2; }
  .filters select.set { border-color: var(--primary); background: var(--primary-soft); font-weight: 600; }
  .rows { overflow-y: auto; }
  .rows li { content-visibility: auto; contain-intrinsic-size: auto 5.5rem; border-bottom: 1px solid var(--line); }
  .row { display: grid; gap: 0.125rem; width: 100%; text-align: left; border: 0; border-left: 4px solid transparent; border-radius: 0; padding: 0.5rem 0.625rem; justify-content: stretch; white-space: normal; }
  .row.danger { border-left-color: var(--alert); }
  .row.urgent { border-left-color: #c98a12; }
  .row[aria-current="true"] { background: var(--primary-soft); }
  .row:focus-visible { outline-offset: -3px; }
  .line { display: flex; align-items: center; gap: 0.375rem; min-width: 0; }
  .line b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .preview { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--muted); font-size: 0.875rem; }
  .unread { min-width: 1.25rem; padding: 0 0.375rem; border-radius: 0.75rem; background: var(--alert); color: #fff; font-size: 0.75rem; line-height: 1.25rem; text-align: center; }
  .clock { margin-left: auto; flex: none; padding: 0 0.375rem; border-radius: 0.375rem; font-size: 0.75rem; line-height: 1.375rem; color: var(--muted); font-variant-numeric: tabular-nums; font-weight: 400; white-space: nowrap; }
  .clock.calm { background: #e2f3e8; color: var(--good); }
  .clock.soon { background: var(--amber-soft); color: var(--amber); font-weight: 600; }
  .clock.late { background: var(--alert); color: #fff; font-weight: 600; }
  .tags { font-size: 0.75rem; color: var(--muted); overflow: hidden; }
  .tag { flex: none; padding: 0 0.3125rem; border: 1px solid var(--line); border-radius: 0.25rem; font-size: 0.75rem; line-height: 1.25rem; background: var(--paper); color: var(--muted); font-weight: 400; }
  .tag.state { background: var(--primary-soft); border-color: var(--primary-soft); color: var(--primary-dark); }
  .tag.danger { background: var(--alert); border-color: var(--alert); color: #fff; }
  .tag.urgent { background: var(--amber-soft); border-color: var(--amber-soft); color: var(--amber); }
  .holder { margin-left: auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

  .panel { overflow-y: auto; border-left: 1px solid var(--line); padding: 0.25rem 0.875rem 1.5rem; font-size: 0.875rem; overflow-wrap: anywhere; }
  .panel:focus-visible { outline-offset: -3px; }
  .panel section { display: grid; gap: 0.25rem; padding: 0.75rem 0; border-bottom: 1px solid var(--line); justify-items: start; }
  .panel section > * { width: 100%; }
  .panel section > button { width: auto; }
  .panel ul:not(.orders) { list-style: disc; padding-left: 1.125rem; }
  .panel dl { display: grid; gap: 0.125rem; }
  .panel dl > div { display: grid; grid-template-columns: 4.5rem 1fr; gap: 0.5rem; }
  .panel dt { color: var(--muted); }
  .order { padding: 0.375rem 0; }
  .panel p button.plain:first-child { padding-left: 0; }
  .warning { margin-top: 0.75rem; padding: 0.5rem; border-radius: 0.375rem; background: var(--amber-soft); color: var(--amber); }
  .back { display: none; }

  @media (max-width: 80rem) {
    .desk, .desk.with-panel { grid-template-columns: 19rem minmax(0, 1fr); }
    .desk.with-panel .panel { position: fixed; right: 0; top: 3rem; bottom: 0; width: min(21rem, 90vw); z-index: 3; box-shadow: -4px 0 16px #08303d33; }
  }
  @media (max-width: 48rem) {
    .desk, .desk.with-panel { grid-template-columns: minmax(0, 1fr); }
    .desk.open .inbox, .desk:not(.open) .talk { display: none; }
    .back { display: inline-flex; }
  }
`;
