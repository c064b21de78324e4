/** What a file of browser tests needs: one browser, a fake gateway for each test, its pages closed afterwards. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach } from "node:test";
import { FakeGateway, launch, openPage } from "./browser.mjs";

export const DESKTOP = { viewport: { width: 1360, height: 860 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Call once per file. `gateway` is the running test's own. */
export function setStage() {
  let browser;
  let open = [];
  const stage = {
    gateway: null,
    async visit(options = DESKTOP) {
      const visited = await openPage(browser, stage.gateway.url, options);
      open.push(visited);
      return visited;
    },
  };
  before(async () => (browser = await launch()));
  after(() => browser.close());
  beforeEach(async () => {
    stage.gateway = new FakeGateway();
    await stage.gateway.start();
  });
  afterEach(async () => {
    for (const { context } of open) await context.close();
    open = [];
    await stage.gateway.stop();
  });
  return stage;
}

export const box = (page) => page.getByRole("textbox", { name: "输入您的问题" });

/** The page must have been opened with `bypassCSP`. */
export async function checkAxe(page, state) {
  await page.addScriptTag({ content: axe });
  const { violations } = await page.evaluate((runOnly) => window.axe.run({ runOnly }), TAGS);
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  assert.deepEqual(told, [], state);
}
