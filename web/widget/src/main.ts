/** The one file a page loads: defines the elements and mounts the widget its own script tag describes. */

import { Api, type Command } from "./api";
import { GridChat } from "./components/grid-chat";

declare global {
  interface Window {
    GridChat?: Api | Command[];
  }
}

/** Our own script tag: the one this module was loaded from. */
function ownTag(): HTMLScriptElement | undefined {
  return [...document.scripts].find(({ src }) => src === import.meta.url);
}

function mount(tag: HTMLScriptElement): GridChat {
  const element = document.createElement("grid-chat") as GridChat;
  const { server, title, hotline, locale, position, elder } = tag.dataset;
  element.server = new URL(server ?? "/", tag.src).origin;
  element.heading = title ?? "";
  element.hotline = hotline ?? "";
  element.locale = locale ?? "";
  element.position = position ?? "right";
  element.elder = elder ?? "auto";
  return element;
}

const tag = ownTag();
if (!customElements.get("grid-chat")) customElements.define("grid-chat", GridChat);

function start(): void {
  const element = document.querySelector<GridChat>("grid-chat") ?? (tag && mount(tag));
  if (!element) return;
  const api = new Api(element);
  const waiting = Array.isArray(window.GridChat) ? window.GridChat : [];
  window.GridChat = api;
  api.push(...waiting.filter(([name]) => name === "on"));
  if (!element.isConnected) document.body.append(element);
  api.push(...waiting.filter(([name]) => name !== "on"));
}

if (document.body) start();
else addEventListener("DOMContentLoaded", start);
