/** `window.GridChat`: commands for the host page, also before the script has arrived (`GridChat.push(["open"])`). */

import type { GridChat } from "./components/grid-chat";

export type EventName = "ready" | "open" | "close" | "message" | "unread" | "error" | "elder";
type Listener = (detail: unknown) => void;
export type Command = [name: string, ...values: unknown[]];

export class Api {
  #listeners = new Map<Listener, EventListener>();

  constructor(private readonly element: GridChat) {}

  open = (focus = true): void => void this.element.open(focus);
  close = (): void => this.element.close();
  toggle = (): void => this.element.toggle();
  setElder = (on: boolean): void => void this.element.setElder(on);
  send = (text: string): void => this.element.send(text);

  on = (event: EventName, listener: Listener): void => {
    const heard = (given: Event): void => listener((given as CustomEvent).detail);
    this.#listeners.set(listener, heard);
    this.element.addEventListener(`grid-chat:${event}`, heard);
  };

  off = (event: EventName, listener: Listener): void => {
    const heard = this.#listeners.get(listener);
    if (heard) this.element.removeEventListener(`grid-chat:${event}`, heard);
    this.#listeners.delete(listener);
  };

  destroy = (): void => this.element.remove();

  /** Carry out commands given as lists; an unknown one is told to the console and left. */
  push = (...commands: Command[]): void => {
    for (const [name, ...values] of commands) {
      const command = Object.hasOwn(this, name) ? (this as unknown as Record<string, unknown>)[name] : null;
      if (typeof command === "function") command(...values);
      else console.warn(`GridChat: no command ${name}`);
    }
  };
}
