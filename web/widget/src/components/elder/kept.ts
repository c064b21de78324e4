/** What this browser remembers of 长辈版. Pure but for reading and writing it. */

import type { Message } from "@gridcare/protocol";
import type { Memory } from "../../services/memory";

export const KEY = "elder";
/** Text sizes in CSS pixels at the browser's own text size. */
export const SIZES = [18, 22, 26, 30] as const;

export interface Kept {
  /** null: the customer has not said. */
  on: boolean | null;
  size: number;
  pointer: boolean;
  /** Time of the newest message when the customer last decided: what the bot noticed before is answered. */
  at: string;
}

const NEW: Kept = { on: null, size: 22, pointer: false, at: "" };

export function recall(memory: Memory): Kept {
  try {
    const { on, size, pointer, at } = { ...NEW, ...(JSON.parse(memory.get(KEY) ?? "{}") as Partial<Kept>) };
    return {
      on: typeof on === "boolean" ? on : null,
      size: SIZES.some((each) => each === size) ? size : NEW.size,
      pointer: pointer === true,
      at: String(at),
    };
  } catch {
    return NEW;
  }
}

export const keep = (memory: Memory, kept: Kept): void => memory.set(KEY, JSON.stringify(kept));

/** Whether the bot has noticed a wish for plain talk since the customer last decided. */
export function noticed(messages: readonly Message[], { at }: Kept): boolean {
  const wish = messages.findLast(({ profile }) => profile?.elder);
  return wish !== undefined && (at === "" || Date.parse(wish.at) > Date.parse(at));
}
