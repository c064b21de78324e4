/** The session: a token minted by the server, remembered by this browser, never chosen here. */

import { asSession, type Limits } from "@gridcare/protocol";
import type { Memory } from "./memory";

export const TOKEN = "token";

export class Sessions {
  limits: Limits = { text: 1000, upload_bytes: 5 * 1024 * 1024 };

  constructor(
    private readonly server: string,
    private readonly memory: Memory,
  ) {}

  get token(): string | null {
    return this.memory.get(TOKEN);
  }

  forget(): void {
    this.memory.delete(TOKEN);
  }

  /** Ask for a session, the old one where there is one. Tabs ask one after the other, so that they share it. */
  async renew(): Promise<void> {
    const locks = navigator.locks as LockManager | undefined;
    await (locks ? locks.request("grid-chat:session", () => this.#ask()) : this.#ask());
  }

  async #ask(): Promise<void> {
    const { token } = this;
    const answer = await fetch(new URL("/api/v1/web/session", this.server), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(token ? { token } : {}),
    });
    const session = answer.ok ? asSession(await answer.json()) : null;
    if (!session) throw new Error(`session refused: ${answer.status}`);
    if (this.token !== token) throw new Error("session ended meanwhile");
    this.limits = session.limits;
    this.memory.set(TOKEN, session.token);
  }
}
