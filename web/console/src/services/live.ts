/** The live line: one Socket.IO connection of the namespace /console, which comes back by itself. */

import { io, type Socket } from "socket.io-client";
import type { Agent, ConsoleMessage, Row, Viewer } from "../contract";
import { asAgent, asConsoleMessage, asRow, asViewer, isObject, list } from "../guards";

const ACK_MS = 10_000;

export interface LiveEvents {
  connected(): void;
  disconnected(): void;
  /** The server has cut the line or would not have us; it does not come back unless opened again. */
  refused(): void;
  row(row: Row): void;
  message(conversation: string, message: ConsoleMessage): void;
  typing(conversation: string, on: boolean): void;
  viewers(conversation: string, viewers: Viewer[]): void;
  agent(agent: Agent): void;
  board(): void;
  ended(): void;
}

export class Live {
  #socket: Socket;
  #wanted = false;

  constructor(csrf: () => string, events: LiveEvents) {
    this.#socket = io("/console", {
      autoConnect: false,
      transports: ["websocket", "polling"],
      reconnectionDelay: 500,
      reconnectionDelayMax: 10_000,
      auth: (give) => give({ csrf: csrf() }),
    });
    const of = (event: string, then: (conversation: string, body: Record<string, unknown>) => void): void =>
      void this.#socket.on(event, (body: unknown) => {
        if (isObject(body) && typeof body.conversation === "string") then(body.conversation, body);
      });
    this.#socket.on("connect", () => events.connected());
    for (const event of ["disconnect", "connect_error"])
      this.#socket.on(event, () => {
        events.disconnected();
        if (this.#wanted && !this.#socket.active) events.refused();
      });
    this.#socket.on("row", (body: unknown) => given(asRow(body), events.row));
    this.#socket.on("agent", (body: unknown) => given(asAgent(body), events.agent));
    this.#socket.on("board_changed", () => events.board());
    this.#socket.on("session_ended", () => events.ended());
    of("message", (conversation, { message }) =>
      given(asConsoleMessage(message), (value) => events.message(conversation, value)),
    );
    of("typing", (conversation, { from, on }) => from === "customer" && events.typing(conversation, on === true));
    of("viewers", (conversation, { viewers }) => events.viewers(conversation, list(viewers, asViewer)));
  }

  open(): void {
    this.#wanted = true;
    this.#socket.connect();
  }

  close(): void {
    this.#wanted = false;
    this.#socket.disconnect();
  }

  /** Be told of everything in this conversation; gives what came after number `after_seq`. */
  async watch(conversation: string, after_seq: number): Promise<ConsoleMessage[]> {
    const answer: unknown = await this.#socket.timeout(ACK_MS).emitWithAck("watch", { conversation, after_seq });
    return isObject(answer) ? list(answer.messages, asConsoleMessage) : [];
  }

  unwatch(conversation: string): void {
    this.#tell("unwatch", { conversation });
  }

  typing(conversation: string, on: boolean): void {
    this.#tell("typing", { conversation, on });
  }

  alive(): void {
    this.#tell("alive", {});
  }

  #tell(event: string, body: object): void {
    if (this.#socket.connected) this.#socket.emit(event, body);
  }
}

function given<Value>(value: Value | null, then: (value: Value) => void): void {
  if (value !== null) then(value);
}
