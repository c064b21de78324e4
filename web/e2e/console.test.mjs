/** The console in chromium, two agents and three customers, against the fake server. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, openPage } from "./browser.mjs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const hostile = JSON.parse(readFileSync(new URL("../fixtures/hostile-texts.json", import.meta.url), "utf8"));
const PICTURE = readFileSync(new URL("../fixtures/picture.png", import.meta.url));
const WIDE = { viewport: { width: 1440, height: 860 } };
const PASSWORD = "made-up-for-tests";

let browser;
let server;
let url;
before(async () => (browser = await launch()));
after(() => browser.close());

beforeEach(async () => {
  server = spawn(process.execPath, [fileURLToPath(new URL("fake-console.mjs", import.meta.url))]);
  server.stderr.pipe(process.stderr);
  url = await new Promise((resolve) => server.stdout.once("data", (data) => resolve(String(data).trim())));
});
afterEach(() => void server.kill());

/** Customers by the server's back door: what they say, and what reached them. */
const customer = async (body) => (await fetch(`${url}/test`, { method: "POST", body: JSON.stringify(body) })).json();
const heard = async (conversation) => (await customer({ conversation, text: [] })).heard.map(({ from, text }) => `${from}: ${text ?? ""}`);

async function visit(options = WIDE) {
  const visitor = await openPage(browser, `${url}/console/`, options);
  await visitor.page.getByLabel("工号").waitFor();
  return { ...visitor, complaints: () => visitor.complaints.filter((line) => !line.includes("401 (Unauthorized)")) };
}

async function enter(name, options) {
  const visitor = await visit(options);
  await visitor.page.getByLabel("工号").fill(name);
  await visitor.page.getByLabel("密码").fill(PASSWORD);
  await visitor.page.keyboard.press("Enter");
  await visitor.page.getByText("已连接").waitFor();
  return visitor;
}

const row = (page, words) => page.locator(".row", { hasText: words });
const tab = (page, name) => page.getByRole("button", { name: new RegExp(`^${name} \\d`) }).click();
const bubble = (page, words) => page.locator(".log .bubble", { hasText: words });
const field = (page) => page.locator(".composer textarea");
const act = (page, name) => page.locator(".acts").getByRole("button", { name, exact: true });

async function openRow(page, words, name = "全部") {
  await tab(page, name);
  await row(page, words).click();
  await page.locator(".talk-head h2", { hasText: words }).waitFor();
}

async function reply(page, words) {
  await field(page).fill(words);
  await field(page).press("Enter");
  await bubble(page, words).waitFor();
}

async function checkAxe(page, state) {
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((runOnly) => window.axe.run({ runOnly }), tags);
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], state);
}

test("two agents race for one of three customers: one wins, the other is told who", async () => {
  for (const title of ["客户甲", "客户乙", "客户丙"]) await customer({ title, text: `${title}要人工` });
  const wang = await enter("a01");
  const li = await enter("a02");
  for (const { page } of [wang, li]) await openRow(page, "客户乙", "未分配");
  const presses = [wang, li].map(async ({ page }) => {
    await act(page, "接手").click({ noWaitAfter: true, timeout: 5_000 }).catch(() => {});
  });
  await Promise.all(presses);
  await Promise.race([wang, li].map(({ page }) => act(page, "办结").waitFor()));
  await wang.page.waitForTimeout(500);
  const holders = await Promise.all([wang, li].map(({ page }) => act(page, "办结").count()));
  assert.deepEqual([...holders].sort(), [0, 1]);
  const [winner, loser] = holders[0] ? [wang, li] : [li, wang];
  const name = holders[0] ? "小王" : "小李";
  await loser.page.locator(".limits", { hasText: `${name}在接待` }).waitFor();
  assert.equal(await field(loser.page).isDisabled(), true);
  await reply(winner.page, "您好，我来帮您");
  await bubble(loser.page, "您好，我来帮您").waitFor();
  await tab(winner.page, "未分配");
  assert.equal(await winner.page.locator(".row").count(), 2);
  assert.deepEqual([...wang.complaints(), ...li.complaints().filter((line) => !line.includes("409"))].filter((line) => !line.includes("409")), []);
});

test("a stale press on take over says who was faster", async () => {
  await customer({ title: "客户甲", conversation: "c-1", text: "要人工" });
  const wang = await enter("a01");
  const li = await enter("a02");
  for (const { page } of [wang, li]) await openRow(page, "客户甲");
  await li.page.route("**/take", async (route) => {
    await act(wang.page, "接手").click();
    await act(wang.page, "办结").waitFor();
    await route.continue();
  });
  await act(li.page, "接手").click();
  await li.page.locator(".notice", { hasText: "小王已经接手了这个会话" }).waitFor();
});

test("a transfer carries its note to the colleague and not to the customer; the bot answers after the return", async () => {
  await customer({ title: "客户甲", conversation: "c-1", text: "我家停电了" });
  const wang = await enter("a01");
  const li = await enter("a02");
  await openRow(wang.page, "客户甲");
  await act(wang.page, "接手").click();
  await reply(wang.page, "我帮您转给报修的同事");
  await act(wang.page, "转接").click();
  const dialog = wang.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "转接" }).click();
  assert.equal(await dialog.isVisible(), true);
  await dialog.getByLabel("转给").selectOption("agent:a02");
  await dialog.getByLabel(/交接说明/).fill("家里有老人，请快些");
  await dialog.getByRole("button", { name: "转接" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await field(wang.page).isDisabled(), true);
  await tab(li.page, "我的");
  await row(li.page, "客户甲").click();
  await li.page.locator(".message.note", { hasText: "家里有老人" }).waitFor();
  await reply(li.page, "抢修班20分钟到");
  await act(li.page, "交回机器人").click();
  await li.page.getByRole("dialog").getByRole("button", { name: "交回" }).click();
  await li.page.locator(".subject", { hasText: "机器人" }).waitFor();
  await customer({ conversation: "c-1", text: "咕噜咕噜" });
  await customer({ conversation: "c-1", text: "查电费" });
  await bubble(li.page, "机器人：查电费").waitFor();
  assert.deepEqual(await heard("c-1"), [
    "customer: 我家停电了", "agent: 我帮您转给报修的同事", "agent: 抢修班20分钟到", "system: 智能客服已回来，有事请讲。",
    "customer: 咕噜咕噜", "bot: 机器人：咕噜咕噜", "customer: 查电费", "bot: 机器人：查电费",
  ]);
});

test("a whole service by keyboard alone, with an input method and prepared replies", async () => {
  await customer({ title: "客户甲", conversation: "c-1", text: "我要查电费" });
  const { page } = await enter("a01");
  const { keyboard } = page;
  await keyboard.press("Alt+N");
  await row(page, "客户甲").waitFor();
  await keyboard.press("Alt+J");
  await act(page, "接手").waitFor();
  await keyboard.press("Alt+T");
  await act(page, "办结").waitFor();
  await keyboard.press("Alt+L");
  await keyboard.type("您好");
  await field(page).dispatchEvent("keydown", { key: "Enter", code: "Enter", isComposing: true, bubbles: true });
  await field(page).dispatchEvent("keydown", { key: "Enter", code: "Enter", keyCode: 229, bubbles: true });
  assert.equal(await field(page).inputValue(), "您好");
  await keyboard.press("Enter");
  await bubble(page, "您好").waitFor();
  await keyboard.type("/ye");
  await page.locator(".canned [role=option]").waitFor();
  await keyboard.press("Enter");
  assert.equal(await field(page).inputValue(), "您的余额是36.20元。");
  await keyboard.press("Enter");
  await bubble(page, "您的余额是36.20元。").waitFor();
  await keyboard.type("/ld");
  await page.locator(".canned [role=option]").waitFor();
  await keyboard.press("Enter");
  await keyboard.press("Enter");
  await page.locator(".limits", { hasText: "没填的" }).waitFor();
  assert.equal((await heard("c-1")).some((line) => line.includes("〔")), false);
  await keyboard.press("Control+A");
  await keyboard.press("Delete");
  await keyboard.press("Alt+P");
  await keyboard.type("老客户");
  await keyboard.press("Enter");
  await page.locator(".message.note", { hasText: "老客户" }).waitFor();
  await keyboard.press("Alt+E");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("办结原因").press("ArrowDown");
  for (let n = 0; n < 3; n++) await keyboard.press("Tab");
  await keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("没有客户在等。").waitFor();
  assert.equal((await heard("c-1")).some((line) => line.includes("老客户")), false);
});

test("a filter that finds nothing can be taken back, and the fields show it", async () => {
  await customer({ title: "客户甲", text: "在吗" });
  const { page } = await enter("a01");
  await tab(page, "全部");
  await page.getByLabel("渠道").selectOption("voice");
  await page.getByText("没有符合筛选的会话。").waitFor();
  await page.getByRole("button", { name: "清除筛选" }).click();
  await row(page, "客户甲").waitFor();
  assert.equal(await page.getByLabel("渠道").inputValue(), "");
});

test("shortcuts are listed under ? and can be switched off", async () => {
  await customer({ title: "客户甲", text: "在吗" });
  const { page } = await enter("a01");
  await page.locator("body").click({ position: { x: 800, y: 500 } });
  await page.keyboard.press("Shift+?");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("换范围").waitFor();
  await dialog.getByLabel("启用快捷键").uncheck();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.keyboard.press("Alt+N");
  assert.equal(await page.getByRole("button", { name: /^我的/ }).getAttribute("aria-pressed"), "true");
});

test("hostile texts are shown letter by letter everywhere and run nowhere", async () => {
  for (const text of hostile) await customer({ title: text, conversation: "c-x", text });
  await customer({ title: hostile[0], conversation: "c-x", text: [{ from: "bot", text: "选一个", quick_replies: hostile.map((title) => ({ id: "x", title })) }, "安全\u202Egnp.exe"] });
  const { page, complaints } = await enter("l01");
  await openRow(page, "onerror");
  await page.locator(".log .bubble").first().waitFor();
  const shown = await page.locator(".customer .bubble").evaluateAll((bubbles) => bubbles.map(({ textContent }) => textContent));
  assert.deepEqual(shown, [...hostile, "安全⟨U+202E⟩gnp.exe"]);
  await page.getByRole("button", { name: "搜索", exact: true }).click();
  await page.getByRole("searchbox").fill("window.pwned");
  await page.keyboard.press("Enter");
  await page.locator(".hits li").first().waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(complaints(), []);
});

test("a value in clear needs a reason, is recorded, and the auditor sees it", async () => {
  await customer({ title: "客户甲", text: "要人工" });
  const { page } = await enter("a01");
  await openRow(page, "客户甲");
  await page.getByRole("button", { name: "显示完整电话" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "显示", exact: true }).click();
  assert.equal(await page.getByText("13800000058").count(), 0);
  await dialog.getByLabel("查看原因").selectOption("call_back");
  await dialog.getByRole("button", { name: "显示", exact: true }).click();
  await page.getByText("13800000058").waitFor();
  const auditor = await enter("s01");
  await auditor.page.getByRole("row", { name: /a01 查看明文/ }).waitFor();
  await auditor.page.getByText("链条完整").waitFor();
  assert.equal(await auditor.page.getByRole("button", { name: "会话", exact: true }).count(), 0);
});

test("colleagues see each other; a lead listens in, whispers and reassigns; the customer notices nothing", async () => {
  await customer({ title: "客户甲", conversation: "c-1", text: "要人工" });
  const wang = await enter("a01");
  await openRow(wang.page, "客户甲");
  await act(wang.page, "接手").click();
  await reply(wang.page, "您好");
  const lead = await enter("l01");
  await openRow(lead.page, "客户甲");
  await wang.page.locator(".others", { hasText: "陈班长 正在查看" }).waitFor();
  await field(wang.page).pressSequentially("我查");
  await lead.page.locator(".others", { hasText: "小王 正在输入" }).waitFor();
  await act(lead.page, "旁听").click();
  await lead.page.getByRole("button", { name: "悄悄提示坐席" }).click();
  await field(lead.page).fill("先安抚客户");
  await field(lead.page).press("Enter");
  await wang.page.locator(".message.note", { hasText: "班长提示 陈班长" }).waitFor();
  await act(lead.page, "改派").click();
  const dialog = lead.page.getByRole("dialog");
  await dialog.getByLabel("改派给").selectOption("a02");
  await dialog.getByRole("button", { name: "改派" }).click();
  await wang.page.locator(".limits", { hasText: "小李在接待" }).waitFor();
  assert.deepEqual(await heard("c-1"), ["customer: 要人工", "agent: 您好"]);
});

test("the board, the score sheet and orders in place", async () => {
  await customer({ title: "客户甲", text: "要人工", due_at: new Date(Date.now() + 20_000).toISOString() });
  const { page } = await enter("l01");
  await page.getByRole("button", { name: "看板" }).click();
  await page.locator(".wide", { hasText: "客户甲" }).waitFor();
  await customer({ title: "客户乙", text: "要人工" });
  await page.locator(".figure", { hasText: "在等的客户" }).getByText("2", { exact: true }).waitFor();
  await page.getByRole("button", { name: "质检" }).click();
  await page.locator(".hits button").first().click();
  for (const name of ["答得对", "有礼貌", "办完整", "守安全", "护隐私"]) await page.getByRole("group", { name }).getByLabel("4").check();
  await page.getByRole("button", { name: "保存评分" }).click();
  await page.locator(".hits", { hasText: "已评" }).waitFor();
  await page.getByRole("button", { name: "会话", exact: true }).click();
  await openRow(page, "客户甲");
  await page.getByRole("button", { name: "新建工单" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("情况说明").fill("家里没电");
  await dialog.getByRole("button", { name: "提交工单" }).click();
  await page.locator(".notice", { hasText: "已提交" }).waitFor();
  await page.getByRole("button", { name: "催办" }).click();
  await page.locator(".notice", { hasText: "已催办" }).waitFor();
});

test("a picture goes to the customer, the title counts what is unread, a lost line comes back with what was missed", async () => {
  await customer({ title: "客户甲", conversation: "c-1", text: "要人工" });
  const { page, context } = await enter("a01");
  await openRow(page, "客户甲");
  await act(page, "接手").click();
  await page.locator("input[type=file]").setInputFiles({ name: "meter.png", mimeType: "image/png", buffer: PICTURE });
  await page.locator(".message.agent img").waitFor();
  await customer({ title: "客户乙", conversation: "c-2", text: "要人工" });
  await openRow(page, "客户乙");
  await act(page, "接手").click();
  await customer({ conversation: "c-1", text: "还在吗" });
  await page.waitForFunction(() => document.title.startsWith("(1)"));
  await context.setOffline(true);
  await fetch(`${url}/test/drop`, { method: "POST" });
  await page.getByText("连接断开，正在重连").waitFor();
  await customer({ conversation: "c-2", text: "断线时说的" });
  await context.setOffline(false);
  await bubble(page, "断线时说的").waitFor({ timeout: 20_000 });
});

test("200 open conversations: only the rows in sight are drawn, and the list follows news, opening and searching", async () => {
  for (let n = 0; n < 200; n++) await customer({ title: `访客${n}`, conversation: `c-${n}`, text: `第${n}个问题` });
  const { page } = await enter("a01");
  await tab(page, "全部");
  assert.equal(await page.locator(".row").count(), 200);
  const drawn = await page.locator(".row .line b").evaluateAll((titles) => titles.filter((title) => title.checkVisibility({ contentVisibilityAuto: true })).length);
  assert.ok(drawn > 5 && drawn < 60, `${drawn} rows drawn`);
  await page.evaluate(() => {
    window.renders = [];
    const element = document.querySelector("grid-console");
    const update = element.performUpdate.bind(element);
    element.performUpdate = () => {
      const start = performance.now();
      update();
      window.renders.push(performance.now() - start);
    };
  });
  for (let n = 0; n < 40; n++) await customer({ conversation: `c-${n}`, text: "新消息" });
  await openRow(page, "访客150");
  await page.locator(".filters input").pressSequentially("访客19");
  await page.waitForFunction(() => document.querySelector("grid-console").shadowRoot.querySelectorAll(".row").length === 11);
  const renders = await page.evaluate(() => window.renders.sort((a, b) => a - b));
  console.log(`# renders ${renders.length}, median ${renders[renders.length >> 1].toFixed(1)} ms, longest ${renders.at(-1).toFixed(1)} ms`);
});

test("axe finds nothing on any page, in any dialog, on a phone", async () => {
  await customer({ title: "客户甲", conversation: "c-1", channel: "wechat", hazard: true, priority: 0, text: ["电线掉了", { from: "bot", text: "请马上远离" }], due_at: new Date(Date.now() - 5_000).toISOString() });
  await customer({ title: "客户乙", elder: true, priority: 2, text: "要人工", due_at: new Date(Date.now() + 20_000).toISOString() });
  const visitor = await visit();
  await checkAxe(visitor.page, "login");
  const { page, complaints } = await enter("l01");
  await checkAxe(page, "empty");
  await openRow(page, "客户甲");
  await checkAxe(page, "another's talk");
  await act(page, "接手").click();
  await reply(page, "您好，请远离");
  await checkAxe(page, "my talk");
  await field(page).fill("/");
  await checkAxe(page, "prepared replies");
  await field(page).fill("");
  for (const name of ["转接", "交回机器人", "办结"]) {
    await act(page, name).click();
    await checkAxe(page, name);
    await page.keyboard.press("Escape");
  }
  for (const name of ["显示完整电话", "新建工单", "补充", "快捷键"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await checkAxe(page, name);
    await page.keyboard.press("Escape");
  }
  for (const name of ["看板", "搜索", "质检"]) {
    await page.getByRole("button", { name, exact: true }).click();
    if (name === "质检") await page.locator(".hits button").first().click();
    await checkAxe(page, name);
  }
  const auditor = await enter("s01");
  await auditor.page.getByRole("row").nth(1).waitFor();
  await checkAxe(auditor.page, "audit");
  const phone = await enter("a02", { viewport: { width: 390, height: 780 } });
  await openRow(phone.page, "客户乙");
  await checkAxe(phone.page, "phone");
  assert.deepEqual([...complaints(), ...auditor.complaints(), ...phone.complaints()], []);
});
