import { copyFileSync } from "node:fs";
import { transform } from "lightningcss";
import { defineConfig, type Plugin } from "vite";
import manifest from "./package.json" with { type: "json" };

const out = "../dist/widget";

function smallCss(css: string): string {
  const { code } = transform({ filename: "styles.css", code: new TextEncoder().encode(css), minify: true });
  return new TextDecoder().decode(code);
}

/** Styles are minified, and the indentation inside templates does not travel. */
const smallTemplates: Plugin = {
  name: "small-templates",
  enforce: "pre",
  transform: (code, id) =>
    id.includes("/widget/src/")
      ? code
          .replace(/css`([^`]*)`/g, (_, css: string) => `css\`${smallCss(css).replaceAll("\\", "\\\\")}\``)
          .replace(/\n\s+/g, "\n")
          .replace(/>\n</g, "><")
      : null,
};

/** Parts of Socket.IO for what this protocol never does: WebTransport, binary packets. */
const UNUSED = [
  [/engine\.io-client\/.*\/webtransport\.js$/, "export class WT {}"],
  [/socket\.io-parser\/.*\/is-binary\.js$/, "export const hasBinary = () => false, isBinary = hasBinary;"],
  [/socket\.io-parser\/.*\/binary\.js$/, "export const deconstructPacket = null, reconstructPacket = null;"],
] as const;

const lean: Plugin = {
  name: "lean-socket-io",
  enforce: "pre",
  load: (id) => UNUSED.find(([module]) => module.test(id))?.[1] ?? null,
};

const versionedCopy: Plugin = {
  name: "versioned-copy",
  writeBundle: () => copyFileSync(`${out}/grid-chat.js`, `${out}/grid-chat-${manifest.version}.js`),
};

export default defineConfig({
  base: "./",
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rolldownOptions: {
      input: "src/main.ts",
      output: { entryFileNames: "grid-chat.js", chunkFileNames: "grid-chat-[name]-[hash].js" },
    },
  },
  plugins: [smallTemplates, lean, versionedCopy],
});
