import { css } from "lit";

/** Colours and sizes; a host page may set --grid-chat-primary and --grid-chat-z. Sizes are rem, so that text zoom works. */
export const theme = css`
  :host {
    --primary: var(--grid-chat-primary, #0b5a72);
    --primary-dark: #083f50;
    --primary-soft: #e3f0f3;
    --primary-soft-strong: #8fbccb;
    --on-primary: #fff;
    --ink: #16262c;
    --muted: #52656c;
    --line: #d3dfe3;
    --paper: #fff;
    --ground: #f3f7f8;
    --alert: #a8331f;
    --alert-soft: #fbeae6;
    --target: 2.75rem;
    --text: 1rem;
    --small: 0.8125rem;
    --radius: 1rem;
    color: var(--ink);
    font: var(--text) / 1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  }
`;
