/**
 * The demo's WeChat (GRIDCARE_E2E_WECHAT) beside a running gateway (GRIDCARE_E2E_URL): a talk with options, the way
 * from the menu to the binding page, and an account that is bound, renamed and unbound there.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";

const gateway = process.env.GRIDCARE_E2E_URL;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ACCOUNT = "0100000000017";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function ask(chat, words) {
  const answers = chat.locator("li.service");
  const before = await answers.count();
  await chat.getByRole("textbox").fill(words);
  await chat.getByRole("textbox").press("Enter");
  await answers.nth(before).waitFor();
}

async function newestCode() {
  const { messages } = await (await fetch(`${gateway}/dev/sms.json`)).json();
  return messages[0].text.match(/\d{6}/)[0];
}

test("a customer talks, taps an option, binds an account and sees the bill", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const chat = await context.newPage();
  const errors = [];
  context.on("weberror", (error) => errors.push(error.error().message));
  await chat.goto(process.env.GRIDCARE_E2E_WECHAT);
  await chat.locator("li.service").first().waitFor();
  await ask(chat, "我家停电了");
  await ask(chat, "临河区西环街道阳光小区3号楼1单元301");
  await chat.getByRole("link", { name: "邻居有电" }).click();
  await chat.locator("li.customer", { hasText: "邻居有电" }).waitFor();

  await chat.locator("summary", { hasText: "查电费" }).click();
  const opened = context.waitForEvent("page");
  await chat.getByRole("button", { name: "绑定户号" }).click();
  const page = await opened;
  await page.getByLabel("户号", { exact: true }).fill(ACCOUNT);
  assert.equal(new URL(page.url()).hash, "", "the session has left the address");
  await page.getByLabel("称呼（选填）").fill("爸妈家");
  await page.getByRole("button", { name: "发验证码" }).click();
  await page.getByLabel("6位验证码").waitFor();
  await page.getByLabel("6位验证码").fill(await newestCode());
  await page.getByRole("button", { name: "确认绑定" }).click();
  const bound = page.getByRole("listitem");
  await bound.filter({ hasText: "爸妈家" }).waitFor();
  assert.ok(!(await page.content()).includes(ACCOUNT), "the page does not show the whole number");

  // The page's policy forbids scripts that are not its own, so axe comes in through the debugger.
  const found = await page.evaluate(`${axe}; axe.run()`);
  assert.deepEqual(found.violations.map((one) => one.id), []);

  await chat.bringToFront();
  await ask(chat, "上个月电费多少");
  await chat.locator("li.service", { hasText: "118.12" }).waitFor();

  await page.bringToFront();
  await page.getByRole("button", { name: "长辈版" }).click();
  await page.getByRole("button", { name: "字大点" }).click();
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "26px");
  assert.equal(await page.getByRole("link", { name: "拨打95598" }).getAttribute("href"), "tel:95598");
  const low = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, a")]
      .map((each) => each.getBoundingClientRect())
      .filter(({ height }) => height > 0 && height < 60).length,
  );
  assert.equal(low, 0, "whatever is pressed is 60 px high");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is cut off");
  const large = await page.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag2aaa"] })`);
  assert.deepEqual(large.violations.map((one) => one.id), []);
  if (process.env.GRIDCARE_E2E_SHOT) await page.screenshot({ path: process.env.GRIDCARE_E2E_SHOT });

  await page.getByRole("button", { name: /^改称呼/ }).click();
  await page.getByLabel("新的称呼").fill("老家");
  await page.getByRole("button", { name: "保存" }).click();
  await bound.filter({ hasText: "老家" }).waitFor();
  await page.getByRole("button", { name: /^解绑/ }).click();
  await page.getByRole("button", { name: /^不解绑/ }).click();
  await page.getByRole("button", { name: /^解绑/ }).click();
  await page.getByRole("button", { name: /^确定解绑/ }).click();
  await page.getByText("已解绑。").waitFor();
  assert.equal(await bound.count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});
