/**
 * The agents' page and the widget on one running system (GRIDCARE_E2E_URL, agents' password in GRIDCARE_E2E_PASSWORD):
 * two agents, three customers, nothing played.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.mjs";

const url = process.env.GRIDCARE_E2E_URL;
const pictures = process.env.GRIDCARE_E2E_PICTURES;
const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const hostile = JSON.parse(readFileSync(new URL("../fixtures/hostile-texts.json", import.meta.url), "utf8"));

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function customer() {
  const { page } = await openPage(browser, url, { viewport: { width: 390, height: 844 } });
  const box = page.getByRole("textbox", { name: "输入您的问题" });
  if (!(await box.isVisible())) await page.getByRole("button", { name: /客服|咨询/ }).first().click();
  await box.waitFor();
  const said = (words) => page.locator(".message .bubble", { hasText: words }).last();
  const say = async (words) => {
    await box.fill(words);
    await box.press("Enter");
  };
  // The list calls a conversation by the end of its name, which is in the session's token.
  const title = async () => {
    const kept = await page.evaluate(() => Object.values(localStorage).join(" "));
    const claims = /eyJ[\w-]+\.(eyJ[\w-]+)\./.exec(kept)[1];
    return `访客${JSON.parse(Buffer.from(claims, "base64url").toString()).sub.slice(-4)}`;
  };
  return { page, say, title, hears: (words) => said(words).waitFor({ timeout: 30_000 }) };
}

async function agent(name) {
  const visitor = await openPage(browser, `${url}/console/`, { viewport: { width: 1440, height: 860 } });
  const { page } = visitor;
  await page.getByLabel("工号").fill(name);
  await page.getByLabel("密码").fill(process.env.GRIDCARE_E2E_PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("已连接").waitFor();
  return { page, complaints: () => visitor.complaints.filter((line) => !/401|409|403/.test(line)) };
}

const act = (page, name) => page.locator(".acts").getByRole("button", { name, exact: true });
const field = (page) => page.locator(".composer textarea");
const bubble = (page, words) => page.locator(".log .bubble", { hasText: words }).last();
const presence = (page, state) => page.getByLabel("我的状态").selectOption(state);

async function open(page, title) {
  await page.getByRole("button", { name: /^全部 \d/ }).click();
  await page.locator(".row", { hasText: title }).click();
}

async function reply(page, words) {
  await field(page).fill(words);
  await field(page).press("Enter");
  await bubble(page, words).waitFor();
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

test("two agents race for one of three customers, transfer, give back to the bot, and the bot still answers", async () => {
  const [wang, li] = await Promise.all([agent("a01"), agent("a02")]);
  // Nobody is given anything by the queue here: they take it.
  for (const { page } of [wang, li]) await presence(page, "busy");
  const customers = await Promise.all([customer(), customer(), customer()]);
  await Promise.all(customers.map(({ say }, n) => say(`您好，我是第${n}位`)));
  const [first] = customers;
  const title = await first.title();
  await Promise.all([wang, li].map(({ page }) => open(page, title)));
  // The bot's own answer may offer a person, which makes another row of it.
  await Promise.all([wang, li].map(({ page }) => page.locator(".message.bot").first().waitFor()));
  await wang.page.waitForTimeout(1000);
  await Promise.all([wang, li].map(({ page }) => act(page, "接手").click({ noWaitAfter: true, timeout: 5000 }).catch(() => {})));
  await Promise.race([wang, li].map(({ page }) => act(page, "办结").waitFor()));
  await wang.page.waitForTimeout(800);
  const held = await Promise.all([wang, li].map(({ page }) => act(page, "办结").count()));
  assert.deepEqual([...held].sort(), [0, 1]);
  const [winner, loser] = held[0] ? [wang, li] : [li, wang];
  const other = held[0] ? "a02" : "a01";
  await reply(winner.page, "您好，我来帮您看");
  await first.hears("您好，我来帮您看");
  await picture(winner.page, "desk");
  await picture(first.page, "desk-customer");
  await winner.page.evaluate(axe);
  const { violations } = await winner.page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map(({ id }) => id), []);

  await act(winner.page, "转接").click();
  const dialog = winner.page.getByRole("dialog");
  await dialog.getByLabel("转给").selectOption(`agent:${other}`);
  await dialog.getByLabel(/交接说明/).fill("客户问峰谷");
  await dialog.getByRole("button", { name: "转接" }).click();
  await dialog.waitFor({ state: "hidden" });
  await loser.page.getByRole("button", { name: /^我的 \d/ }).click();
  await loser.page.locator(".row", { hasText: title }).click();
  await loser.page.locator(".message.note", { hasText: "客户问峰谷" }).waitFor();
  await reply(loser.page, "我接着为您说");
  await first.hears("我接着为您说");
  await first.say("好的，那我再想想");
  await bubble(loser.page, "好的，那我再想想").waitFor();
  await act(loser.page, "交回机器人").click();
  await loser.page.getByRole("dialog").getByRole("button", { name: "交回" }).click();
  await first.hears("我是智能客服");
  await first.say("咕噜咕噜嘎巴嘎巴");
  await first.page.waitForTimeout(2500);
  await first.say("营业厅在哪里");
  await first.hears("营业厅");
  assert.equal(await first.page.getByText("客户问峰谷").count(), 0);
  assert.deepEqual([...wang.complaints(), ...li.complaints()], []);
});

test("who asks for a person is given to who is on duty, whatever he writes is only text, and rates the talk", async () => {
  const { page, complaints } = await agent("l01");
  await presence(page, "online");
  const guest = await customer();
  await guest.say("转人工");
  await guest.hears("陈班长已接入");
  await page.getByRole("button", { name: /^我的 \d/ }).click();
  await page.locator(".row", { hasText: await guest.title() }).click();
  for (const text of hostile.slice(0, 4)) await guest.say(text);
  await bubble(page, hostile[3].slice(0, 12)).waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  await reply(page, "已经给您办好了");
  await picture(page, "desk-own");
  await act(page, "办结").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("办结原因").selectOption("solved");
  await dialog.getByRole("button", { name: "办结" }).click();
  await guest.hears("评价");
  await guest.page.getByRole("button", { name: "满意", exact: true }).click();
  await guest.hears("谢谢您的评价");
  await page.getByRole("button", { name: "看板" }).click();
  await page.locator(".figure").first().waitFor();
  await picture(page, "desk-board");
  await presence(page, "offline");
  assert.deepEqual(complaints(), []);
});
