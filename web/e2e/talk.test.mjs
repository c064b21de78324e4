/**
 * One conversation in the widget with a running system (GRIDCARE_E2E_URL). GRIDCARE_E2E_TALK is a JSON list of steps:
 * {say} or {press}, and `expect`, a regular expression that an answer must match; without it nothing is awaited. With GRIDCARE_E2E_SHOT a picture of
 * the end is stored there.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.mjs";

const steps = JSON.parse(process.env.GRIDCARE_E2E_TALK);

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("a customer is served on the page", async () => {
  const { page, complaints } = await openPage(browser, process.env.GRIDCARE_E2E_URL, {
    viewport: { width: 1360, height: 860 },
  });
  const box = page.getByRole("textbox", { name: "输入您的问题" });
  const answers = page.locator(".message.bot .bubble");
  await box.waitFor();
  for (const step of steps) {
    const before = await answers.count();
    if (step.say) {
      await box.fill(step.say);
      await box.press("Enter");
    } else {
      await page.getByRole("button", { name: step.press, exact: true, disabled: false }).last().click();
    }
    if (!step.expect) continue;
    const wanted = new RegExp(step.expect);
    const deadline = Date.now() + 30_000;
    let heard = [];
    while (!heard.some((text) => wanted.test(text))) {
      assert.ok(Date.now() < deadline, `after ${step.say ?? step.press}: expected ${wanted}, heard ${heard.join(" | ")}`);
      await page.waitForTimeout(100);
      heard = (await answers.allInnerTexts()).slice(before);
    }
  }
  if (process.env.GRIDCARE_E2E_SHOT) await page.screenshot({ path: process.env.GRIDCARE_E2E_SHOT });
  assert.deepEqual(complaints, []);
});
