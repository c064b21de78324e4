/** Every word of 长辈版, and the words of the trade with what old people call them. Chinese only, as the bot is. */

export const elderText = {
  tools: "字号",
  toolsLabel: "字号和工具",
  sizes: { 18: "小", 22: "中", 26: "大", 30: "特大" } as Record<number, string>,
  sizeOf: (name: string) => `字号：${name}`,
  pointer: "大光标",
  close: "关闭",
  hello: "您好，要办哪样？",
  tasks: [
    { title: "查电费", say: "查电费余额" },
    { title: "家里没电", say: "我家停电了" },
    { title: "交电费", say: "怎么交电费" },
    { title: "修到哪了", say: "我的报修到哪一步了" },
  ],
  again: "常用的事",
  fold: "收起来",
  more: "更多",
  magnify: "放大看",
  read: "念一遍",
  hush: "别念了",
  offer: "字太小吗？能换成大字。",
  accept: "换成大字",
  decline: "不用换",
  sure: "交上去就派人办了。现在交吗？",
  yes: "现在交",
  no: "先不交",
  account: (masked: string) => `交电费那串数 ${masked}`,
  number: "单子号",
};

/** The longest first, so that a part never takes the place of the whole. */
export const PLAIN_WORDS: readonly (readonly [trade: string, plain: string])[] = [
  ["欠费停电", "没交电费停了电"],
  ["户主姓名", "电费单上的名字"],
  ["账户余额", "剩下的电费"],
  ["抢修人员", "修电的师傅"],
  ["抢修队", "修电的师傅"],
  ["工单号", "单子号"],
  ["申请编号", "单子号"],
  ["受理号", "单子号"],
  ["违约金", "晚交多收的钱"],
  ["户号", "交电费那串数"],
  ["户主", "电费单上那个人"],
  ["坐席", "人工"],
  ["复电", "来电"],
  ["总闸", "总开关"],
];
