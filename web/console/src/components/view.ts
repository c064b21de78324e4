import type { Desk } from "../desk";
import type { State } from "../store";

/** The dialog that is open, and what it is about. */
export type Ask =
  | { kind: "transfer" | "release" | "reassign" | "help" }
  | { kind: "resolve"; thenNext: boolean }
  | { kind: "reveal"; field: "name" | "phone" | "account" | "address" }
  | { kind: "order"; key: string }
  | { kind: "amend"; key: string; order_no: string };

/** What every component is drawn from. */
export interface View {
  state: State;
  desk: Desk;
  /** Milliseconds; moves on every few seconds, for clocks. */
  now: number;
  ask(ask: Ask | null): void;
}

/** The fields of a form by name, trimmed. */
export function fields(event: Event): Record<string, string> {
  event.preventDefault();
  const data = new FormData(event.target as HTMLFormElement);
  return Object.fromEntries([...data].map(([name, value]) => [name, typeof value === "string" ? value.trim() : ""]));
}
