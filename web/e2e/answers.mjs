/** What the fake gateway says, by a word of the customer's sentence: one answer for every state the widget can show. */

import { readFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));
const cards = read("cards");
const hostile = read("hostile-texts");

const bot = (text, more = {}) => ({ from: "bot", text, ...more });
const withCard = (text, name) => [bot(text), { from: "bot", card: cards[name] }];

const ANSWERS = [
  ["柱状图", () => withCard("这是近12个月的电费，10月**100.02元**，比9月少11.35元。", "bill_history")],
  ["账单", () => withCard("10月账单如下：", "bill")],
  ["进度", () => withCard("您的报修已经派给抢修班，工单号BX20261123000001。", "order")],
  ["停电信息", () => withCard("您那一片正在抢修：", "outage")],
  ["过户", () => withCard("过户要带这三样：", "documents")],
  [
    "停电",
    () => [
      bot("别着急，我先帮您看看。"),
      bot("邻居家有电吗？", { quick_replies: [["b-1", "有电"], ["b-2", "也没电"], ["b-3", "不清楚"]].map(([id, title]) => ({ id, title })) }),
    ],
  ],
  ["攻击", () => hostile.map((text) => bot(text, { quick_replies: [{ id: "x", title: text }] }))],
  ["人工", () => [{ from: "system", text: "已为您转人工，受理号T0001" }, { from: "agent", agent: "小王", text: "您好，我是坐席小王，请讲。" }]],
  ["听不清", () => [bot("好的，我慢慢说。一次只问一样。", { profile: { elder: true } })]],
  ["核对", () => [bot("您听听对不对。电话：13 80 00 00 05 8。对吗？", { quick_replies: [["c-1", "对，提交"], ["c-2", "不对，要改"]].map(([id, title]) => ({ id, title })) })]],
  ["好几户", () => [bot("看哪一家？", { quick_replies: [1, 2, 3, 4, 5, 6].map((n) => ({ id: `h-${n}`, title: `第${n}家` })) })]],
  ["户号", () => [bot("请告诉我户号，户号在电费单上。")]],
  ["什么版", ({ profile }) => [bot(`profile:${JSON.stringify(profile ?? {})}`)]],
  ["材料", () => [bot("要带的材料：\n- **身份证**\n- 房产证\n详见[办理指南](https://example.com/guide)")]],
];

export function answers({ text, upload, profile }) {
  if (upload) return [bot("照片收到了，正在转给抢修人员。")];
  const found = ANSWERS.find(([word]) => text.includes(word));
  return found ? found[1]({ profile }) : [bot(`收到：${text}`)];
}
