/**
 * The widget against a running gateway (GRIDCARE_E2E_URL) whose engine echoes: `echo:<text>`, answers 柱状图 with a
 * bill_history card and 按钮 with the buttons 有电 and 没电. With GRIDCARE_E2E_RAMPAGE the gateway is killed meanwhile.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.mjs";

const url = process.env.GRIDCARE_E2E_URL;
const rampage = process.env.GRIDCARE_E2E_RAMPAGE === "1";
const PICTURE = readFileSync(new URL("../fixtures/picture.png", import.meta.url));
const MESSAGES = 15;

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const visit = () => openPage(browser, url, { viewport: { width: 1360, height: 860 } });
const box = (page) => page.getByRole("textbox", { name: "输入您的问题" });
const answer = (page, text) => page.locator(".message.bot .bubble", { hasText: text }).first().waitFor();

async function ask(page, text) {
  await box(page).fill(text);
  await box(page).press("Enter");
}

test("cards, buttons and a picture go both ways under the gateway's own policy", { skip: rampage }, async () => {
  const { context, page, complaints } = await visit();
  await ask(page, "柱状图");
  await page.getByRole("img", { name: /近12个月/ }).waitFor();
  await ask(page, "按钮");
  await page.getByRole("button", { name: "没电", exact: true }).click();
  await page.locator(".message.customer .bubble", { hasText: "没电" }).waitFor();
  await answer(page, "pressed:/no_power");
  const file = page.locator("input[type=file]");
  await file.setInputFiles({ name: "meter.png", mimeType: "image/png", buffer: PICTURE });
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await page.locator(".message.customer .photo").waitFor();
  await answer(page, "echo:[图片]");
  await page.reload();
  const photo = page.locator(".message.customer .photo");
  await photo.waitFor();
  await page.waitForFunction(() => {
    const image = document.querySelector("grid-chat").shadowRoot.querySelector(".message.customer .photo");
    return image?.complete && image.naturalWidth > 0;
  });
  assert.equal(await page.getByRole("button", { name: "有电", exact: true }).isDisabled(), true);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what is said faster than allowed arrives all the same, once and in order", async () => {
  const { context, page } = await visit();
  const texts = Array.from({ length: MESSAGES }, (_, n) => `第${n + 1}句话`);
  for (const text of texts) {
    await ask(page, text);
    await page.waitForTimeout(rampage ? 800 : 50);
  }
  await page.locator(".message.bot .bubble", { hasText: `echo:${texts.at(-1)}` }).waitFor({ timeout: 90_000 });
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    await answer(page, `echo:${texts.at(-1)}`);
    const said = await page.locator(".message.customer .bubble").allInnerTexts();
    const heard = await page.locator(".message.bot .bubble").allInnerTexts();
    assert.deepEqual(said, texts);
    assert.deepEqual(heard.filter((text) => text.startsWith("echo:")), texts.map((text) => `echo:${text}`));
  }
  await context.close();
});
