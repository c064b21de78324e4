/**
 * The pictures of the operation help (`make help-pictures`), taken from a running system: GRIDCARE_E2E_URL is its gateway,
 * GRIDCARE_E2E_WECHAT its demo WeChat. What is to be pressed is ringed.
 */

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch } from "../e2e/browser.mjs";

const gateway = process.env.GRIDCARE_E2E_URL;
const ACCOUNT = "0100000000017";
const folder = fileURLToPath(new URL("../widget/public/help/", import.meta.url));
const PHONE = { locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 360, height: 560 } };

mkdirSync(folder, { recursive: true });
const browser = await launch();

async function shoot(page, name, ring) {
  await ring?.evaluate((element) => {
    element.style.outline = "4px solid #c00";
    element.style.outlineOffset = "2px";
  });
  await page.screenshot({ path: `${folder}${name}.jpg`, type: "jpeg", quality: 60 });
  await ring?.evaluate((element) => (element.style.outline = ""));
}

/** The chat on a phone. */
async function chat() {
  const page = await (await browser.newContext(PHONE)).newPage();
  await page.goto(gateway);
  const opener = page.getByRole("button", { name: /客服|打开/ }).first();
  const box = page.getByRole("textbox", { name: "输入您的问题" });
  if (!(await box.isVisible().catch(() => false))) await opener.click();
  await box.waitFor();
  return { page, box, answers: page.locator(".message.bot .bubble") };
}

async function answered({ page, answers }, act) {
  const before = await answers.count();
  await act();
  await answers.nth(before).waitFor();
  await page.waitForTimeout(1500);
}

async function say(talk, words) {
  await answered(talk, async () => {
    await talk.box.fill(words);
    await talk.box.press("Enter");
  });
}

const press = (talk, name) =>
  answered(talk, () => talk.page.getByRole("button", { name, exact: true, disabled: false }).last().click());

async function paying() {
  const talk = await chat();
  await talk.box.fill("电费怎么交");
  await shoot(talk.page, "pay-1", talk.page.getByRole("button", { name: "发送", exact: true }));
  await talk.box.press("Enter");
  await talk.answers.nth(0).waitFor();
  await talk.page.waitForTimeout(1500);
  await shoot(talk.page, "pay-2");
}

async function reporting() {
  const talk = await chat();
  await talk.box.fill("我家没电了");
  await shoot(talk.page, "report-1", talk.page.getByRole("button", { name: "发送", exact: true }));
  await talk.box.fill("");
  await say(talk, "我家没电了");
  await say(talk, "临河区西环街道阳光小区3号楼1单元302");
  await shoot(talk.page, "report-2", talk.page.getByRole("button", { name: "邻居有电", exact: true }).last());
  await press(talk, "邻居有电");
  await say(talk, "没跳闸");
  await say(talk, "13800000012");
  await say(talk, "王大爷");
  await shoot(talk.page, "report-3", talk.page.getByRole("button", { name: "对，提交", exact: true }).last());
}

async function binding() {
  const context = await browser.newContext(PHONE);
  const wechat = await context.newPage();
  await wechat.goto(process.env.GRIDCARE_E2E_WECHAT);
  await wechat.waitForTimeout(1500);
  await wechat.locator("summary", { hasText: "查电费" }).click();
  await shoot(wechat, "bind-1", wechat.getByRole("button", { name: "绑定户号" }));
  const opened = context.waitForEvent("page");
  await wechat.getByRole("button", { name: "绑定户号" }).click();
  const page = await opened;
  await page.getByLabel("户号", { exact: true }).fill(ACCOUNT);
  await shoot(page, "bind-2", page.getByRole("button", { name: "发验证码" }));
  await page.getByRole("button", { name: "发验证码" }).click();
  await page.getByLabel("6位验证码").fill("123456");
  await shoot(page, "bind-3", page.getByRole("button", { name: "确认绑定" }));
}

try {
  await paying();
  await reporting();
  await binding();
} finally {
  await browser.close();
}
