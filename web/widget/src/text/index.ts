import { type Text, zhCN } from "./zh-CN";

export { type Text, zhCN };

/** The dictionary for a locale: Chinese, or English (a file of its own) for every other language. */
export const textFor = async (locale: string): Promise<Text> =>
  /^zh\b|^$/i.test(locale) ? zhCN : (await import("./en")).en;

/** 20:15, in the browser's own time zone; "" when it is no time. */
export function clockTime(at: string, locale: string): string {
  return format(at, locale, { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** 11月23日 周一; "" when it is no time. */
export function day(at: string, locale: string): string {
  return format(at, locale, { month: "long", day: "numeric", weekday: "short" });
}

/** 11月23日 20:15; "" when it is no time. */
export function moment(at: string | null | undefined, locale: string): string {
  return format(at ?? "", locale, {
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** 2026-10 → 2026年10月; anything else as it is. */
export function monthName(month: string, locale: string): string {
  return /^\d{4}-\d{2}$/.test(month) ? format(`${month}-15T12:00:00`, locale, { year: "numeric", month: "long" }) : month;
}

function format(at: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat(locale || "zh-CN", options).format(date);
}
