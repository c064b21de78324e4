/** The live line: one Socket.IO connection that comes back by itself and never gives up. */

import {
  type Ack,
  asAck,
  asMessage,
  asSessionConfirm,
  asTyping,
  type ClientEvents,
  type Message,
  type ServerEvents,
  type SessionConfirm,
  type UserUttered,
} from "@gridcare/protocol";
import { io, type Socket } from "socket.io-client";
import { backoff } from "./backoff";

const ACK_MS = 10_000;

export interface LineEvents {
  /** A connection stands: ask for the session. */
  connected(): void;
  /** `refused` when the server would not have our token. */
  disconnected(refused: boolean): void;
  confirmed(confirm: SessionConfirm): void;
  received(message: Message): void;
  typing(on: boolean): void;
  ended(): void;
}

export class Line {
  #socket: Socket<ServerEvents, ClientEvents>;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = false;

  constructor(server: string, token: () => string | null, events: LineEvents) {
    this.#socket = io(server, {
      autoConnect: false,
      reconnection: false,
      transports: ["websocket", "polling"],
      auth: (give) => give({ token: token() }),
    });
    this.#socket.on("connect", () => {
      this.#attempt = 0;
      events.connected();
    });
    this.#socket.on("connect_error", (error) => this.#lost(events, error.message.includes("unauthorized")));
    this.#socket.on("disconnect", () => this.#lost(events, false));
    this.#socket.on("session_confirm", (body) => given(asSessionConfirm(body), events.confirmed));
    for (const event of ["bot_uttered", "user_echo"] as const)
      this.#socket.on(event, (body) => given(asMessage(body), events.received));
    this.#socket.on("typing", (body) => given(asTyping(body), ({ on }) => events.typing(on)));
    this.#socket.on("session_ended", () => events.ended());
  }

  /** Connect, and again after every loss, with growing pauses; at once when called again. */
  open(): void {
    this.#wanted = true;
    clearTimeout(this.#timer);
    this.#socket.connect();
  }

  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket.disconnect();
  }

  /** Drop the connection and come back: something was said that does not fit. */
  again(): void {
    this.#socket.disconnect();
  }

  async requestSession(after_seq: number): Promise<void> {
    const answer = await this.#socket.timeout(ACK_MS).emitWithAck("session_request", { after_seq });
    if (!asAck(answer).ok) throw new Error("session request refused");
  }

  /** Rejects when no answer came in time: the message may or may not have arrived. */
  async say(said: UserUttered): Promise<Ack> {
    if (!this.#socket.connected) throw new Error("not connected");
    return asAck(await this.#socket.timeout(ACK_MS).emitWithAck("user_uttered", said));
  }

  read(seq: number): void {
    if (this.#socket.connected) this.#socket.emit("read", { seq });
  }

  #lost(events: LineEvents, refused: boolean): void {
    events.disconnected(refused);
    if (!this.#wanted || refused) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.connect(), backoff(this.#attempt++));
  }
}

function given<Value>(value: Value | null, then: (value: Value) => void): void {
  if (value !== null) then(value);
}
