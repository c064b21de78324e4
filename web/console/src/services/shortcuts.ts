/** Keys that spare the mouse. By place on the keyboard (event.code), so that every layout and input method works. */

import { asksToSend as entersAlone } from "@gridcare/widget/src/components/composer";

export type Command =
  | "next"
  | "previous"
  | "take"
  | "reply"
  | "note"
  | "transfer"
  | "release"
  | "resolve"
  | "resolveNext"
  | "tab"
  | "sidebar"
  | "help";

export interface Shortcut {
  command: Command;
  code: string;
  shown: string;
  mod?: boolean;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: "next", code: "KeyJ", shown: "Alt+J" },
  { command: "previous", code: "KeyK", shown: "Alt+K" },
  { command: "take", code: "KeyT", shown: "Alt+T" },
  { command: "reply", code: "KeyL", shown: "Alt+L" },
  { command: "note", code: "KeyP", shown: "Alt+P" },
  { command: "transfer", code: "KeyR", shown: "Alt+R" },
  { command: "release", code: "KeyB", shown: "Alt+B" },
  { command: "resolve", code: "KeyE", shown: "Alt+E" },
  { command: "resolveNext", code: "KeyE", shown: "Ctrl+Alt+E", mod: true },
  { command: "tab", code: "KeyN", shown: "Alt+N" },
  { command: "sidebar", code: "KeyO", shown: "Alt+O" },
];

const KEY = "gridcare-console-shortcuts";

export const enabled = (): boolean => localStorage.getItem(KEY) !== "off";
export const enable = (on: boolean): void => localStorage.setItem(KEY, on ? "on" : "off");

const SEND = "gridcare-console-send";

/** Whether Enter alone breaks the line and Ctrl (⌘) with it sends. */
export const sendsWithMod = (): boolean => localStorage.getItem(SEND) === "mod";
export const sendWithMod = (on: boolean): void => localStorage.setItem(SEND, on ? "mod" : "enter");

/** Whether this key press asks to send, by the agent's choice; never one that ends a composition. */
export function asksToSend(event: KeyboardEvent): boolean {
  const mod = event.ctrlKey || event.metaKey;
  return entersAlone(event) && mod === sendsWithMod();
}

type Press = Pick<KeyboardEvent, "code" | "key" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey" | "isComposing" | "keyCode">;

/** The command of this key press, or null. `writing`: the focus is in a field, where only Alt combinations count. */
export function commandOf(event: Press, writing: boolean): Command | null {
  if (event.isComposing || event.keyCode === 229) return null;
  if (!event.altKey) return event.key === "?" && !writing ? "help" : null;
  if (event.shiftKey) return null;
  const mod = event.ctrlKey || event.metaKey;
  return SHORTCUTS.find((each) => each.code === event.code && (each.mod ?? false) === mod)?.command ?? null;
}
