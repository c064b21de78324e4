import fc from "fast-check";
import { html, render } from "lit";
import { beforeEach, describe, expect, it } from "vitest";
import hostile from "../../fixtures/hostile-texts.json";
import { parse, richText, safeLink, visible } from "../src/components/rich-text";

const shown = (text: string): HTMLElement => {
  const place = document.createElement("div");
  render(html`${richText(text)}`, place);
  return place;
};
const tags = (place: HTMLElement): string[] => [...place.querySelectorAll("*")].map(({ localName }) => localName);

describe("markup", () => {
  it("knows bold, lists, links and line breaks", () => {
    const place = shown("合计**100元**\n另起一行\n- 身份证\n- **房产证**\n看[指南](https://example.com/a)或[来电](tel:95598)");
    expect(tags(place)).toEqual(["p", "strong", "br", "ul", "li", "li", "strong", "p", "a", "a"]);
    expect(place.querySelector("a")?.getAttribute("href")).toBe("https://example.com/a");
    expect(place.querySelector("a")?.rel).toBe("noopener noreferrer");
    expect(place.querySelectorAll("a")[1]?.getAttribute("href")).toBe("tel:95598");
  });

  it.each(["**没有结尾", "a*b*c", "[没有地址]", "[](https://example.com)", "-不是列表", "****"])("leaves %s as it is", (text) => {
    expect(shown(text).textContent).toBe(text);
    expect(tags(shown(text))).toEqual(["p"]);
  });

  it("loses no visible character of any text without markup", () => {
    const plain = fc.string({ unit: "grapheme" }).filter((text) => !/[*[\]\n\r-]/.test(text));
    fc.assert(fc.property(plain, (text) => void expect(shown(text).textContent).toBe(visible(text))));
  });

  it("makes only known elements of any text at all", () => {
    const pieces = fc.constantFrom("**", "[", "](", ")", "- ", "\n", "<b>", "https://e.cn", "tel:1", "javascript:", "词");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        for (const tag of tags(shown(parts.join("")))) expect(["p", "br", "ul", "li", "strong", "a"]).toContain(tag);
      }),
    );
  });

  it("takes a long line of half-open marks in its stride", () => {
    const start = performance.now();
    for (const mark of ["**", "[", "[a](", "- "]) parse(mark.repeat(5000));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("hostile texts", () => {
  beforeEach(() => void Reflect.deleteProperty(window, "pwned"));

  it.each(hostile)("%s stays text", (text) => {
    const place = shown(text);
    document.body.append(place);
    for (const tag of tags(place)) expect(["p", "br", "ul", "li", "strong", "a"]).toContain(tag);
    for (const link of place.querySelectorAll("a")) expect(link.getAttribute("href")).toMatch(/^https:\/\/example\.com\//);
    expect(place.innerHTML).not.toMatch(/<[^>]+\son\w+=/);
    expect(window).not.toHaveProperty("pwned");
  });

  it("shows no character that turns, hides or breaks the line", () => {
    expect(visible("户号\u202E321\u2066\u200B\u0000\u001B[31m\r\n尾")).toBe("户号321[31m\n尾");
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//e.cn", "/a", "e.cn", "https://u:p@e.cn", "blob:https://e.cn/1", 'https://e.cn"x'])(
    "never links to %s",
    (address) => expect(safeLink(address)).toBeNull(),
  );
});
