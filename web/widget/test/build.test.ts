// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import manifest from "../package.json";

const BUDGET = 35_000;
const folder = new URL("../../dist/widget/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

describe("the built widget (npm run build)", () => {
  it(`comes in ${BUDGET} bytes of gzip`, () => {
    expect(gzipSync(read("grid-chat.js"), { level: 9 }).length).toBeLessThanOrEqual(BUDGET);
  });

  it("has a copy under its version, for pages that pin it", () => {
    expect(read(`grid-chat-${manifest.version}.js`)).toBe(read("grid-chat.js"));
  });

  it("brings Chinese along and English only when asked", () => {
    expect(read("grid-chat.js")).toContain("转人工");
    expect(read("grid-chat.js")).not.toContain("Talk to a person");
    expect(readdirSync(folder).some((name) => /^grid-chat-en-.+\.js$/.test(name))).toBe(true);
  });

  it("brings 长辈版 only when somebody may want it", () => {
    expect(read("grid-chat.js")).toContain("长辈版");
    expect(read("grid-chat.js")).not.toContain("交电费那串数");
    expect(readdirSync(folder).some((name) => /^grid-chat-elder-.+\.js$/.test(name))).toBe(true);
    expect(read("pointer.svg")).toContain("<svg");
  });

  it("asks nothing of other hosts and builds no code from text", () => {
    const hosts = read("grid-chat.js").match(/https?:\/\/[\w.-]+/g) ?? [];
    expect(hosts.filter((host) => !/^https?:\/\/(www\.w3\.org|localhost|socket\.io)$/.test(host))).toEqual([]);
    expect(read("grid-chat.js")).not.toMatch(/\beval\(|new Function\(|document\.write/);
  });
});
