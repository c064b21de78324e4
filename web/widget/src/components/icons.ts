import { html, type TemplateResult } from "lit";

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><path d=${path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"></path></svg>`;

export const bolt = icon("M13 2 4.5 13.5H11L10 22l9-12.5h-6.5z");
export const chat = icon("M21 12a8 8 0 0 1-8 8H4l1.8-3.2A8 8 0 1 1 21 12zM9 12h.01M13 12h.01M17 12h.01");
export const cross = icon("M6 6l12 12M18 6 6 18");
export const down = icon("M12 5v14M6 13l6 6 6-6");
export const person = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.6-4 4-6 8-6s7.4 2 8 6");
export const phone = icon(
  "M5 3h4l2 5-2.5 1.800a12 12 0 0 0 5.7 5.700L16 13l5 2v4a2 2 0 0 1-2.2 2A17 17 0 0 1 3 5.2 2 2 0 0 1 5 3z",
);
export const picture = icon("M4 5h16v14H4zM4 16l4.5-5 4 4.5 3-3L20 16M15.5 9h.01");
export const send = icon("M12 19V5M5.5 11.5 12 5l6.5 6.5");
export const sweep = icon("M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5");
export const tick = icon("M5 12.5 10 17.5 19.5 7");
