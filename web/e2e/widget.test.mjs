/** The built widget in a real browser, against the fake gateway, under the strict policy. `node --test e2e/` */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { box, checkAxe, DESKTOP, PHONE, setStage } from "./stage.mjs";

const hostile = JSON.parse(readFileSync(new URL("../fixtures/hostile-texts.json", import.meta.url), "utf8"));
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const stage = setStage();
const { visit } = stage;

/** An opening panel moves; its place is measured when it has come to rest. */
const settled = (panel) =>
  panel.evaluate((element) => Promise.all(element.getAnimations().map((each) => each.finished)));
const bubbles = (page) => page.locator(".bubble").allInnerTexts();

async function ask(page, text) {
  await box(page).fill(text);
  await box(page).press("Enter");
}

async function answered(page, text) {
  await page.locator(".message:not(.customer) .bubble", { hasText: text }).first().waitFor();
}

test("a tour through every kind of answer breaks neither the policy nor Trusted Types", async () => {
  const { page, complaints } = await visit();
  for (const [words, seen] of [["柱状图", "近12个月"], ["账单", "账单如下"], ["进度", "派给抢修班"], ["停电信息", "正在抢修"], ["过户", "这三样"], ["材料", "办理指南"], ["转人工", "坐席小王"]]) {
    await ask(page, words);
    await answered(page, seen);
  }
  await page.getByRole("img", { name: /2026年10月 100.02 元/ }).waitFor();
  await page.getByText("小王 正在为您服务").waitFor();
  assert.equal(await page.locator(".card").count(), 5);
  assert.deepEqual(complaints, []);
});

test("a gateway killed in the middle loses nothing and doubles nothing, in both tabs", async () => {
  const { context, page } = await visit();
  await ask(page, "第0句");
  await answered(page, "收到：第0句");
  const other = await context.newPage();
  await other.goto(stage.gateway.url);
  await answered(other, "收到：第0句");
  for (let n = 1; n <= 9; n++) {
    await ask(page, `第${n}句`);
    if (n === 3 || n === 6) await stage.gateway.kill();
    if (n === 5 || n === 8) await stage.gateway.start();
  }
  await answered(page, "收到：第9句");
  await answered(other, "收到：第9句");
  for (const tab of [page, other]) {
    const said = (await bubbles(tab)).filter((text) => /^第\d句$/.test(text));
    assert.deepEqual(said, Array.from({ length: 10 }, (_, n) => `第${n}句`));
  }
  await page.reload();
  await answered(page, "收到：第9句");
  const replayed = (await bubbles(page)).filter((text) => /^第\d句$/.test(text));
  assert.equal(replayed.length, 10);
});

test("what was written while the gateway was away survives closing the page", async () => {
  const { context, page } = await visit();
  await page.getByText("7×24小时在线").last().waitFor();
  await stage.gateway.kill();
  await ask(page, "断网时写的话");
  await page.getByText("正在重连").waitFor();
  await page.close();
  await stage.gateway.start();
  const next = await context.newPage();
  await next.goto(stage.gateway.url);
  await answered(next, "收到：断网时写的话");
  assert.equal((await bubbles(next)).filter((text) => text === "断网时写的话").length, 1);
});

test("a message of another tab appears here, and ending the talk clears both", async () => {
  const { context, page } = await visit();
  await ask(page, "我家停电了");
  await page.getByRole("button", { name: "也没电" }).waitFor();
  const other = await context.newPage();
  await other.goto(stage.gateway.url);
  await other.getByRole("button", { name: "也没电" }).click();
  await page.locator(".message.customer", { hasText: "也没电" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "有电", exact: true }).isDisabled(), true);
  await page.getByRole("button", { name: "结束并清除" }).first().click();
  await page.getByRole("alertdialog").getByRole("button", { name: "结束并清除" }).click();
  for (const tab of [page, other]) await tab.getByText("您好，请直接说您的事").waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("outbox"))), []);
  await page.reload();
  await page.getByText("您好，请直接说您的事").waitFor();
});

test("hostile answers stay text", async () => {
  const { page, complaints } = await visit();
  await ask(page, "攻击");
  await page.locator(".message.bot").nth(hostile.length - 1).waitFor();
  const found = await page.evaluate(() => ({
    pwned: "pwned" in window,
    elements: document.querySelector("grid-chat").shadowRoot.querySelectorAll(".message :is(script, iframe, img, details, template, style, b)").length,
    links: [...document.querySelector("grid-chat").shadowRoot.querySelectorAll(".message a")].map(({ href }) => href),
  }));
  assert.deepEqual(found, { pwned: false, elements: 0, links: ["https://example.com/"] });
  for (const text of hostile.slice(0, 4)) await ask(page, text);
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => "pwned" in window), false);
  assert.deepEqual(complaints, []);
});

test("everything works with the keyboard alone", async () => {
  const { page } = await visit({ viewport: { width: 1000, height: 800 } });
  const focused = () => page.evaluate(() => {
    const { activeElement } = document.querySelector("grid-chat").shadowRoot;
    return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent.trim() ?? "";
  });
  await page.getByRole("button", { name: "打开在线客服" }).focus();
  await page.keyboard.press("Enter");
  await box(page).waitFor();
  assert.equal(await focused(), "输入您的问题");
  await page.keyboard.type("我家停电了");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "有电", exact: true }).waitFor();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "不清楚");
  await page.keyboard.press("Enter");
  await answered(page, "收到：不清楚");
  const seen = new Set();
  for (let n = 0; n < 14; n++) {
    await page.keyboard.press("Shift+Tab");
    seen.add(await focused());
  }
  for (const name of ["转人工", "拨打95598", "结束并清除", "关闭窗口"]) assert.ok(seen.has(name), `${name} among ${[...seen]}`);
  await box(page).focus();
  await page.keyboard.press("Escape");
  assert.match(await focused(), /^打开在线客服/);
});

test("on a phone the panel is a dialog that fills the screen and keeps the focus", async () => {
  const { page } = await visit(PHONE);
  await page.getByRole("button", { name: "打开在线客服" }).click();
  const panel = page.getByRole("dialog");
  assert.equal(await panel.evaluate((dialog) => dialog.matches(":modal")), true);
  await settled(panel);
  assert.deepEqual(await panel.boundingBox(), { x: 0, y: 0, ...PHONE.viewport });
  for (let n = 0; n < 20; n++) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(() => !["GRID-CHAT", "BODY"].includes(document.activeElement.tagName));
    assert.equal(outside, false);
  }
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
});

test("axe finds nothing, closed, open, full of messages, on a phone", async () => {
  const { page } = await visit({ ...DESKTOP, bypassCSP: true });
  await checkAxe(page, "open");
  for (const words of ["我家停电了", "柱状图", "账单", "进度", "停电信息", "过户", "材料", "转人工"]) await ask(page, words);
  await answered(page, "坐席小王");
  await page.waitForTimeout(300);
  await checkAxe(page, "messages");
  await page.getByRole("button", { name: "关闭窗口" }).first().click();
  await checkAxe(page, "closed");
  const phone = await visit({ ...PHONE, bypassCSP: true });
  await phone.page.getByRole("button", { name: "打开在线客服" }).click();
  await ask(phone.page, "我家停电了");
  await phone.page.getByRole("button", { name: "也没电" }).waitFor();
  await phone.page.waitForTimeout(300);
  await checkAxe(phone.page, "phone");
});

test("what can be pressed is at least 44 pixels high and wide, and nothing overflows at 200 %", async () => {
  for (const options of [DESKTOP, PHONE, { viewport: { width: 320, height: 640 } }]) {
    const { page } = await visit(options);
    const launcher = page.getByRole("button", { name: "打开在线客服" });
    if (await launcher.isVisible()) await launcher.click();
    await ask(page, "我家停电了");
    await page.getByRole("button", { name: "也没电" }).waitFor();
    await ask(page, "柱状图");
    await answered(page, "近12个月");
    const boxes = await page.getByRole("dialog").locator("button:visible, a:visible, textarea").evaluateAll((all) =>
      all.map((each) => [each.textContent.trim() || each.ariaLabel, each.getBoundingClientRect().width, each.getBoundingClientRect().height]),
    );
    assert.deepEqual(boxes.filter(([, width, height]) => width < 44 || height < 44), []);
    const wide = await page.locator(".log").evaluate((log) => log.scrollWidth > log.clientWidth);
    assert.equal(wide, false);
  }
});

test("Enter that ends the composing of a word sends nothing", async () => {
  const { context, page } = await visit();
  await box(page).focus();
  const keyboard = await context.newCDPSession(page);
  await keyboard.send("Input.imeSetComposition", { text: "tiao'zha", selectionStart: 8, selectionEnd: 8 });
  await box(page).evaluate((area) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })),
  );
  await box(page).evaluate((area) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true })),
  );
  await keyboard.send("Input.insertText", { text: "跳闸" });
  assert.equal(await box(page).inputValue(), "跳闸");
  assert.equal(await page.locator(".message.customer").count(), 0);
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("两天");
  await page.keyboard.press("Enter");
  await answered(page, "收到：跳闸");
  assert.deepEqual(await page.locator(".message.customer .bubble").allInnerTexts(), ["跳闸\n两天"]);
});

test("a picture is shown before, while and after it is sent; what is no picture or too large is refused here", async () => {
  const { page, complaints } = await visit();
  await page.getByText("7×24小时在线").last().waitFor();
  const file = page.locator("input[type=file]");
  await file.setInputFiles({ name: "meter.png", mimeType: "image/png", buffer: PIXEL });
  await page.getByRole("img", { name: "待发送的图片" }).waitFor();
  await box(page).fill("电表黑屏了");
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await answered(page, "照片收到了");
  assert.equal(await page.locator(".message.customer .photo").count(), 1);
  await page.reload();
  await page.locator(".message.customer .photo").waitFor();
  assert.match(await page.locator(".message.customer .photo").getAttribute("src"), /\/api\/v1\/web\/uploads\//);
  await file.setInputFiles({ name: "bill.pdf", mimeType: "application/pdf", buffer: PIXEL });
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await page.getByText("只能发送 JPG、PNG 或 WebP 图片").waitFor();
  await file.setInputFiles({ name: "large.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(6 * 1024 * 1024) });
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await page.getByText("图片太大了").waitFor();
  assert.equal(await page.locator(".message.customer").count(), 1);
  assert.deepEqual(complaints.filter((text) => !text.includes("blob:")), []);
});

test("a closed widget counts what arrives, and opening it marks all as seen", async () => {
  const { page } = await visit();
  await ask(page, "转人工");
  await page.getByRole("button", { name: "关闭窗口" }).first().click();
  await page.getByRole("button", { name: "打开在线客服，2条未读" }).click();
  await page.getByRole("button", { name: "关闭窗口" }).first().click();
  await page.getByRole("button", { name: "打开在线客服", exact: true }).waitFor();
});

test("the page talks to the widget before and after it has loaded", async () => {
  const { page } = await visit({ viewport: { width: 1000, height: 800 } });
  const told = page.evaluate(() => new Promise((resolve) => {
    const seen = [];
    const note = (name) => (detail) => {
      seen.push([name, detail.from ?? ""]);
      if (seen.filter(([what]) => what === "message").length === 2) resolve(seen.map((each) => each.join(" ").trim()));
    };
    for (const name of ["open", "message"]) window.GridChat.push(["on", name, note(name)]);
    window.GridChat.push(["open"], ["send", "你好"]);
  }));
  assert.deepEqual(await told, ["open", "message customer", "message bot"]);
  await page.evaluate(() => window.GridChat.destroy());
  assert.equal(await page.locator("grid-chat").count(), 0);
});
