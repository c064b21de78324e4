/** Text of strangers made safe to look at. It always becomes a text node; nothing here or elsewhere makes markup of it. */

// Controls except tab and newline, and what changes the direction of writing or hides inside a line.
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

/** Invisible characters as their codes: an agent must see that somebody plays with them. */
export const plain = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(UNSEEN, (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
