import { css } from "lit";

/** Board, search, sampling, audit. */
export const pages = css`
  .page { overflow-y: auto; padding: 1.25rem; display: grid; gap: 1.25rem; align-content: start; width: min(80rem, 100%); margin: 0 auto; }
  .page section { background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem; display: grid; gap: 0.5rem; align-content: start; overflow-x: auto; }
  .page table th, .page table td { text-align: left; }
  .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; }
  .figure { display: grid; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; }
  .figure dt { color: var(--muted); font-size: 0.875rem; }
  .figure dd { font-size: 1.75rem; font-weight: 600; font-variant-numeric: tabular-nums; }
  .figure.late { border: 2px solid var(--alert); }
  .figure.late dd { color: var(--alert); }
  .halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1.25rem; }
  .page .clock { margin-left: 0.375rem; }
  .seek { display: flex; gap: 0.5rem; align-items: center; flex-wrap: wrap; }
  .seek input[type="search"] { flex: 1 1 20rem; }
  .hits { display: grid; gap: 0.375rem; align-content: start; }
  .hits button { width: 100%; display: grid; justify-content: stretch; text-align: left; white-space: normal; padding: 0.5rem 0.75rem; border-color: var(--line); }
  .hits button[aria-current="true"] { background: var(--primary-soft); border-color: var(--primary); }
  .review { display: grid; grid-template-columns: 16rem minmax(0, 1fr) 20rem; gap: 1.25rem; align-items: start; }
  .review .log { background: var(--ground); border: 1px solid var(--line); border-radius: 0.75rem; max-height: 70vh; }
  .sheet { display: grid; gap: 0.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem; }
  .sheet fieldset { border: 0; padding: 0; margin: 0; display: flex; justify-content: space-between; }
  .sheet legend { padding: 0; margin-bottom: 0.25rem; }
  .sheet fieldset label { display: inline-flex; align-items: center; gap: 0.25rem; min-height: 1.5rem; }
  .chain { color: var(--good); font-weight: 600; }
  .chain.error { color: var(--alert); }
  .scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; padding: 0.5rem 1rem; }
  .audit td { vertical-align: top; }
  .audit td:first-child { white-space: nowrap; }
  @media (max-width: 64rem) { .review { grid-template-columns: minmax(0, 1fr); } }
`;
