import { css } from "lit";

/** What every shadow root of the widget needs: boxes, focus, tables, hidden words. */
export const controls = css`
  *, *::before, *::after { box-sizing: border-box; }
  :focus-visible { outline: 3px solid var(--primary); outline-offset: 2px; }
  [hidden] { display: none !important; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
  th, td { padding: 0.375rem 0.25rem; border-bottom: 1px solid var(--line); text-align: right; }
  th:first-child { text-align: left; font-weight: 400; }
  thead th { color: var(--muted); font-weight: 400; }
  tfoot th, tfoot td { border-bottom: 0; font-weight: 600; }
`;
