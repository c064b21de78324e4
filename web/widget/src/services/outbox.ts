/** What the customer has sent and the server has not yet taken, one entry per message so that tabs never overwrite. */

import type { Pending } from "../store";
import type { Memory } from "./memory";

const ENTRY = "outbox:";
/** After this long a message left behind is not sent by itself any more: the customer decides. */
export const STALE_MS = 10 * 60_000;

export class Outbox {
  constructor(private readonly memory: Memory) {}

  keep({ preview: _, ...pending }: Pending): void {
    if (pending.text || pending.choice || pending.upload)
      this.memory.set(ENTRY + pending.msg_id, JSON.stringify(pending));
  }

  drop(msg_id: string): void {
    this.memory.delete(ENTRY + msg_id);
  }

  clear(): void {
    for (const key of this.memory.keys(ENTRY)) this.memory.delete(key);
  }

  /** What an earlier page left behind, oldest first; entries that cannot be read are thrown away. */
  left(): Pending[] {
    return this.memory
      .keys(ENTRY)
      .flatMap((key) => this.#read(key))
      .sort((a, b) => a.at.localeCompare(b.at));
  }

  #read(key: string): Pending[] {
    try {
      const entry = JSON.parse(this.memory.get(key) ?? "") as Pending;
      if (typeof entry.msg_id === "string" && typeof entry.at === "string") return [entry];
    } catch {
      // Not ours any more.
    }
    this.memory.delete(key);
    return [];
  }
}
