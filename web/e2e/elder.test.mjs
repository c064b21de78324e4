/** 长辈版 in a real browser, against the fake gateway, under the strict policy: seen, touched, measured. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { box, checkAxe, DESKTOP, PHONE, setStage } from "./stage.mjs";

const ZOOMED = { viewport: { width: 680, height: 430 } }; // the desktop at 200 %
const REFLOW = { viewport: { width: 320, height: 256 } }; // 1280 × 1024 at 400 %
const SIZES = { 小: 18, 中: 22, 大: 26, 特大: 30 };
const EVERYTHING = ["我家停电了", "柱状图", "账单", "进度", "停电信息", "过户", "材料", "好几户", "核对"];

const stage = setStage();
const named = (page, name) => page.locator("grid-chat").getByRole("button", { name, exact: true });

async function visit(options = DESKTOP) {
  const visited = await stage.visit(options);
  const launcher = visited.page.getByRole("button", { name: /打开在线客服/ });
  await launcher.or(box(visited.page)).first().waitFor();
  if (!(await box(visited.page).isVisible())) await launcher.click();
  await box(visited.page).waitFor();
  return visited;
}

async function visitElder(options = DESKTOP) {
  const visited = await visit(options);
  await named(visited.page, "长辈版").click();
  await visited.page.getByText("您好，要办哪样？").waitFor();
  return visited;
}

async function ask(page, text) {
  const before = await page.locator(".message:not(.customer)").count();
  await box(page).fill(text);
  await box(page).press("Enter");
  await page.locator(".message:not(.customer)").nth(before).waitFor();
}

async function askEverything(page) {
  for (const words of EVERYTHING) await ask(page, words);
  await page.locator("grid-chat-bills h3").waitFor();
  await page.locator("details").evaluateAll((all) => all.forEach((each) => (each.open = true)));
}

/** What the gateway is told of the customer, by its own echo. */
async function profileTold(page) {
  await ask(page, "什么版");
  const told = await page.locator(".message.bot .bubble", { hasText: "profile:" }).last().innerText();
  return JSON.parse(told.replace("profile:", ""));
}

/** Every text on the panel that can be seen: its size, its line height over size, its contrast against what is behind. */
const measureTexts = (page) =>
  page.evaluate(() => {
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
    const light = (rgb) => {
      const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const parent = (element) => element.parentElement ?? element.getRootNode().host ?? null;
    const ground = (element) => {
      const layers = [];
      for (let each = element; each; each = parent(each)) {
        const color = channels(getComputedStyle(each).backgroundColor);
        layers.push(color);
        if ((color[3] ?? 1) === 1) break;
      }
      return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const found = [];
    const look = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) look(element.shadowRoot);
        const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
        const words = text || element.placeholder || "";
        if (!words || /^(style|script)$/i.test(element.tagName) || !element.checkVisibility() || element.classList.contains("unseen")) continue;
        const style = getComputedStyle(element, text ? null : "::placeholder");
        const behind = ground(element);
        const [a, b] = [light(over(channels(style.color), behind)), light(behind)].sort((x, y) => y - x);
        const size = Number.parseFloat(style.fontSize);
        found.push({ words: words.slice(0, 20), size, line: Number.parseFloat(getComputedStyle(element).lineHeight) / size, contrast: (a + 0.05) / (b + 0.05) });
      }
    };
    look(document.querySelector("grid-chat").shadowRoot.querySelector("dialog"));
    return found;
  });

const measureTargets = (page) =>
  page.getByRole("dialog").locator("button:visible, a:visible, textarea:visible, summary:visible").evaluateAll((all) =>
    all.map((each) => {
      const { width, height, left, right } = each.getBoundingClientRect();
      return { name: each.textContent.trim() || each.ariaLabel, width, height, left, right };
    }),
  );

const overflows = (page) =>
  page.evaluate(() => {
    const root = document.querySelector("grid-chat").shadowRoot;
    return [...root.querySelectorAll("dialog, .log, .bubble, .card, .head, #tools")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className || e.id);
  });

test("长辈版 is a switch that is offered, remembered and left again, and the page around follows", async () => {
  const { context, page, complaints } = await visit();
  assert.equal(await named(page, "长辈版").getAttribute("aria-pressed"), "false");
  await named(page, "长辈版").click();
  await page.getByText("您好，要办哪样？").waitFor();
  assert.equal(await named(page, "长辈版").getAttribute("aria-pressed"), "true");
  assert.equal(await page.locator("body").evaluate((body) => body.classList.contains("elder")), true);
  await named(page, "字号").click();
  await named(page, "字号：特大").click();
  await page.reload();
  await page.getByText("您好，要办哪样？").waitFor();
  assert.equal(await box(page).evaluate((area) => getComputedStyle(area).fontSize), "30px");
  const other = await context.newPage();
  await other.goto(stage.gateway.url);
  await other.getByText("您好，要办哪样？").waitFor();
  await named(other, "长辈版").click();
  for (const tab of [page, other]) await tab.getByText("您好，请直接说您的事").waitFor();
  await page.evaluate(() => window.GridChat.push(["setElder", true]));
  await page.getByText("您好，要办哪样？").waitFor();
  assert.deepEqual(complaints, []);
});

test("a wish for plain talk brings an offer, no change by itself; the gateway hears what was chosen", async () => {
  const { page } = await visit();
  assert.deepEqual(await profileTold(page), {});
  await ask(page, "听不清");
  await page.getByText("字太小吗？能换成大字。").waitFor();
  assert.equal(await page.locator("grid-chat").getAttribute("elder-size"), null);
  await named(page, "不用换").click();
  await page.getByText("字太小吗？").waitFor({ state: "detached" });
  await page.reload();
  await page.getByText("好的，我慢慢说").waitFor();
  assert.equal(await page.getByText("字太小吗？").count(), 0);
  await ask(page, "还是听不清");
  await named(page, "换成大字").click();
  assert.deepEqual(await profileTold(page), { elder: true });
  await named(page, "长辈版").click();
  assert.deepEqual(await profileTold(page), { elder: false });
  await ask(page, "听不清了");
  assert.deepEqual(await profileTold(page), {});
});

test("every text is large, far apart and dark enough, every target 60 pixels, nothing overflows, in every size", async () => {
  for (const options of [PHONE, DESKTOP]) {
    const { page } = await visitElder(options);
    await askEverything(page);
    await page.locator(".reading button", { hasText: "放大看" }).last().click();
    await named(page, "字号").click();
    for (const [name, size] of Object.entries(SIZES)) {
      await named(page, `字号：${name}`).click();
      await page.waitForFunction((wanted) => document.querySelector("grid-chat").getAttribute("elder-size") === wanted, String(size));
      const texts = await measureTexts(page);
      assert.ok(texts.length > 60, `${texts.length} texts seen`);
      assert.deepEqual(texts.filter((each) => each.size < size), [], `size ${size}`);
      assert.deepEqual(texts.filter(({ line }) => line < 1.3), [], `line height ${size}`);
      assert.deepEqual(texts.filter(({ contrast }) => contrast < 7), [], `contrast ${size}`);
      const targets = await measureTargets(page);
      assert.ok(targets.length > 15, `${targets.length} targets seen`);
      assert.deepEqual(targets.filter(({ width, height }) => width < 59.9 || height < 59.9), [], `targets ${size}`);
      assert.deepEqual(await overflows(page), [], `overflow ${size}`);
    }
  }
});

test("at 200 % and at 400 % everything is there, in one column, without a second scroll bar", async () => {
  for (const options of [ZOOMED, REFLOW]) {
    const { page } = await visitElder(options);
    await askEverything(page);
    await named(page, "字号").click();
    for (const name of ["中", "特大"]) {
      await named(page, `字号：${name}`).click();
      assert.deepEqual(await overflows(page), [], `${options.viewport.width} ${name}`);
      const targets = await measureTargets(page);
      assert.deepEqual(targets.filter(({ left, right }) => left < 0 || right > options.viewport.width + 0.5), []);
    }
    await named(page, "转人工").first().scrollIntoViewIfNeeded();
    await named(page, "转人工").first().click();
    await page.locator(".message.agent").waitFor();
  }
});

test("the five tasks take at most three touches each from the home", async () => {
  const { page } = await visitElder(PHONE);
  for (const [task, said] of [["查电费", "查电费余额"], ["家里没电", "我家停电了"], ["交电费", "怎么交电费"], ["修到哪了", "我的报修到哪一步了"], ["转人工", "转人工"]]) {
    let touches = 0;
    const touch = async (name) => {
      await named(page, name).last().tap();
      touches += 1;
    };
    const before = await page.locator(".message:not(.customer)").count();
    if (before && task !== "转人工") await touch("常用的事");
    await touch(task);
    await page.locator(".message.customer .bubble", { hasText: said }).last().waitFor();
    await page.locator(".message:not(.customer)").nth(before).waitFor();
    assert.ok(touches <= 3, `${task}: ${touches}`);
  }
  assert.equal(await page.getByRole("link", { name: "拨打95598" }).first().getAttribute("href"), "tel:95598");
});

test("at most four choices are seen at once, and what submits is asked once more", async () => {
  const { page } = await visitElder();
  await ask(page, "好几户");
  const choices = page.locator(".message").last().locator(".choices > *:visible");
  assert.deepEqual(await choices.allInnerTexts(), ["第1家", "第2家", "第3家", "更多"]);
  const places = await choices.evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ left, width }) => [left, width]));
  assert.equal(new Set(places.map(String)).size, 1);
  await page.getByText("更多", { exact: true }).click();
  await named(page, "第6家").click();
  await page.locator(".message.customer", { hasText: "第6家" }).waitFor();
  await ask(page, "核对");
  await named(page, "对，提交").click();
  await page.getByText("现在交吗？").waitFor();
  assert.equal(await page.locator(".message.customer", { hasText: "提交" }).count(), 0);
  await named(page, "先不交").click();
  await named(page, "对，提交").click();
  await named(page, "现在交").click();
  await page.locator(".message.customer", { hasText: "对，提交" }).waitFor();
});

test("words of the trade are shown in plain words, and a message can be read larger", async () => {
  const { page } = await visitElder();
  await ask(page, "户号");
  const bubble = page.locator(".message.bot .bubble").last();
  assert.equal(await bubble.innerText(), "请告诉我交电费那串数，交电费那串数在电费单上。");
  assert.equal(await page.locator(".message.customer .bubble").last().innerText(), "户号");
  await named(page, "放大看").click();
  const [small, large] = await page.evaluate(() => [".message.bot .bubble p", ".magnified p"].map((part) => Number.parseFloat(getComputedStyle(document.querySelector("grid-chat").shadowRoot.querySelector(part)).fontSize)));
  assert.ok(large >= small * 1.45, `${large} of ${small}`);
  await named(page, "收起来").click();
  assert.equal(await page.locator(".magnified").count(), 0);
  assert.equal(await page.getByRole("button", { name: "念一遍" }).count(), 0, "this browser has no voice");
});

test("a browser with a Chinese voice reads a message sentence by sentence", async () => {
  const { context, page } = await visit();
  await context.addInitScript(() => {
    window.spoken = [];
    speechSynthesis.getVoices = () => [{ lang: "en-US" }, { lang: "zh-CN" }];
    SpeechSynthesisUtterance.prototype.__proto__ = EventTarget.prototype;
    Object.defineProperty(SpeechSynthesisUtterance.prototype, "voice", { set() {} });
    speechSynthesis.speak = ({ text, lang, rate }) => window.spoken.push([text, lang, rate <= 0.8 + 1e-6]);
  });
  await page.reload();
  await named(page, "长辈版").click();
  await ask(page, "听不清");
  await named(page, "念一遍").click();
  assert.deepEqual(await page.evaluate(() => window.spoken), [["好的，我慢慢说。", "zh-CN", true], ["一次只问一样。", "zh-CN", true]]);
  await named(page, "别念了").click();
  await named(page, "念一遍").waitFor();
});

/** The gateway with a voice process behind it: half a second of sound for texts, these words for recordings. */
async function withSpeech(context, heard) {
  const asked = [];
  const wav = Buffer.alloc(44 + 8000);
  Buffer.from("52494646641f000057415645666d74201000000001000100401f0000803e00000200100064617461401f0000", "hex").copy(wav);
  await context.route("**/api/v1/web/speech**", async (route) => {
    const request = route.request();
    const { pathname, search } = new URL(request.url());
    const what = pathname.replace("/api/v1/web/speech", "");
    if (request.method() === "GET" && !what) return route.fulfill({ json: { say: true, hear: true } });
    assert.match(request.headers().authorization, /^Bearer ./);
    asked.push(request.method() === "GET" ? what + search : request.postDataBuffer().subarray(0, 4).toString("hex"));
    return request.method() === "GET" ? route.fulfill({ contentType: "audio/wav", body: wav }) : route.fulfill({ json: { text: heard, sure: true } });
  });
  return asked;
}

test("a message is read by our own voice, until it is over or the customer has had enough", async () => {
  const { context, page, complaints } = await visit();
  const asked = await withSpeech(context, "");
  await page.reload();
  await named(page, "长辈版").click();
  await ask(page, "听不清");
  await named(page, "念一遍").click();
  await named(page, "别念了").waitFor();
  await named(page, "念一遍").waitFor(); // it was over
  assert.deepEqual(asked, ["/2?until=2&elder=true"]);
  await context.unroute("**/api/v1/web/speech**");
  await context.route("**/api/v1/web/speech/**", (route) => route.fulfill({ status: 503 }));
  await named(page, "念一遍").click();
  await page.getByText("现在念不了，请看字。").waitFor();
  assert.deepEqual(complaints.filter((each) => !each.includes("503")), []);
});

test("an old customer speaks instead of typing, and looks before anything is sent", async () => {
  const { context, page } = await visit({ ...DESKTOP, permissions: ["microphone"] });
  const asked = await withSpeech(context, "我家停电了");
  await page.reload();
  await named(page, "长辈版").click();
  await named(page, "按一下，说话").click();
  await named(page, "说完了，按一下").waitFor();
  await page.waitForTimeout(300);
  await named(page, "说完了，按一下").click();
  await page.getByText("看看对不对，对就点发送。").waitFor();
  assert.equal(await box(page).inputValue(), "我家停电了");
  assert.deepEqual(asked, ["1a45dfa3"], "one recording, WebM");
  const { height } = await named(page, "按一下，说话").boundingBox();
  assert.ok(height >= 60, `${height}`);
  assert.equal(await page.locator(".message.customer").count(), 0);
});

test("a microphone that may not be used is said so, and without a recogniser there is no button", async () => {
  const { context, page } = await visitElder();
  assert.equal(await named(page, "按一下，说话").count(), 0);
  await withSpeech(context, "");
  await page.reload();
  await named(page, "按一下，说话").click();
  await page.getByText("话筒用不了，请打字。").waitFor();
});

test("the large pointer is a picture of our own, under the policy", async () => {
  const { page, complaints } = await visitElder();
  await named(page, "字号").click();
  await named(page, "大光标").click();
  const cursor = await named(page, "大光标").evaluate((button) => getComputedStyle(button).cursor);
  const [, address] = cursor.match(/url\("([^"]+)"\)/);
  assert.equal((await page.request.get(address)).headers()["content-type"], "image/svg+xml");
  assert.deepEqual(complaints, []);
});

test("everything in 长辈版 works with the keyboard alone", async () => {
  const { page } = await visit({ viewport: { width: 1000, height: 800 } });
  const focused = () => page.evaluate(() => {
    const { activeElement } = document.querySelector("grid-chat").shadowRoot;
    return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent.trim() ?? "";
  });
  const reach = async (name) => {
    for (let n = 0; n < 40 && (await focused()) !== name; n++) await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(), name);
    await page.keyboard.press("Enter");
  };
  await reach("长辈版");
  await page.getByText("您好，要办哪样？").waitFor();
  assert.equal(await focused(), "长辈版");
  await reach("字号");
  await page.keyboard.press("Tab");
  await box(page).focus();
  await reach("字号：大");
  assert.equal(await page.locator("grid-chat").getAttribute("elder-size"), "26");
  await box(page).focus();
  await reach("家里没电");
  await named(page, "不清楚").waitFor();
  await box(page).focus();
  await reach("不清楚");
  await page.locator(".message.customer", { hasText: "不清楚" }).waitFor();
  await box(page).focus();
  await reach("常用的事");
  await page.getByText("您好，要办哪样？").waitFor();
  await box(page).focus();
  await reach("长辈版");
  await page.locator("grid-chat:not([elder-size])").waitFor();
});

test("axe finds nothing in 长辈版, and nothing on the page around it", async () => {
  for (const options of [DESKTOP, PHONE]) {
    const { page } = await visitElder({ ...options, bypassCSP: true });
    await askEverything(page);
    await named(page, "字号").click();
    await checkAxe(page, options.viewport.width);
  }
});
