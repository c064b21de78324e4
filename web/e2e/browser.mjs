/** Chromium and a gateway for browser tests. GRIDCARE_E2E_URL names a running gateway to use instead of the fake one. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
];

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = process.env.PATH.split(delimiter).map((folder) => join(folder, "chromium")).find((path) => existsSync(path));
  if (!found) throw new Error("chromium is not on PATH; set CHROMIUM to its executable");
  return found;
}

/** The fake gateway as a process of its own: it can be killed and started again on the same port and state. */
export class FakeGateway {
  #folder = mkdtempSync(join(tmpdir(), "gridcare-e2e-"));
  #process = null;
  #port = 0;

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start() {
    const script = fileURLToPath(new URL("fake-gateway.mjs", import.meta.url));
    this.#process = spawn(process.execPath, [script, String(this.#port), join(this.#folder, "state.json")]);
    this.#process.stderr.pipe(process.stderr);
    const line = await new Promise((resolve, reject) => {
      this.#process.stdout.once("data", (data) => resolve(String(data).trim()));
      this.#process.once("exit", (code) => reject(new Error(`fake gateway ended with ${code}`)));
    });
    this.#port = Number(new URL(line).port);
  }

  async kill() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await ended;
  }

  async stop() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const launch = () => chromium.launch({ executablePath: executable(), args: FLAGS });

/** A page that remembers every policy violation and every error on its console. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    const offline = /ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket connection/.test(message.text());
    if (message.type() === "error" && !offline) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.exposeFunction("tellViolation", (text) => complaints.push(text));
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      window.tellViolation(`${violatedDirective} ${blockedURI} ${sample}`),
    ),
  );
  await page.goto(url);
  return { context, page, complaints };
}
