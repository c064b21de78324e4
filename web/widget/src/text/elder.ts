/** Every word of 长辈版, and the words of the trade with what old people call them. Chinese only, as the bot is. */

import plainWords from "../../../../data/gateway/plain_words.json" with { type: "json" };

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
  mute: "现在念不了，请看字。",
  speak: "按一下，说话",
  stop: "说完了，按一下",
  hearing: "正在听写……",
  check: "看看对不对，对就点发送。",
  unheard: "没听清，请再说一遍，或打字。",
  deaf: "话筒用不了，请打字。",
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
export const PLAIN_WORDS = Object.entries<string>(plainWords);
