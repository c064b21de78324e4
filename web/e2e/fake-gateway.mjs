/**
 * The web channel of docs/protocols.md, played for tests and for work on the widget: numbers messages without gaps,
 * acknowledges after it has written, replays, takes the same msg_id once, refuses foreign tokens. State is one JSON
 * file, so that it can be killed and started again. Run: node e2e/fake-gateway.mjs <port> <state file>
 */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";
import { answers } from "./answers.mjs";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; " +
  "font-src 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
const TEXT_LIMIT = 1000;
const UPLOAD_LIMIT = 5 * 1024 * 1024;
const THINKING_MS = 250;

const [port, stateFile] = [Number(process.argv[2] ?? 8080), process.argv[3]];
const state = stateFile && existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, "utf8")) : { talks: {}, tokens: {} };
const uploads = new Map();

function save() {
  if (stateFile) writeFileSync(stateFile, JSON.stringify(state));
}

function add(talk, message) {
  const { messages } = state.talks[talk];
  const full = { seq: messages.length + 1, id: randomBytes(6).toString("hex"), at: new Date().toISOString(), ...message };
  messages.push(full);
  return full;
}

function json(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function session(response, body) {
  const old = JSON.parse(body.toString() || "{}").token;
  const talk = state.tokens[old] ?? `c-${randomBytes(8).toString("hex")}`;
  const token = randomBytes(16).toString("hex");
  state.tokens[token] = talk;
  state.talks[talk] ??= { messages: [], sent: 0 };
  save();
  const limits = { text: TEXT_LIMIT, upload_bytes: UPLOAD_LIMIT };
  json(response, 200, { token, expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString(), limits });
}

function keep(request, response, body) {
  if (!state.tokens[request.headers.authorization?.replace("Bearer ", "")]) return json(response, 401, {});
  const start = body.indexOf("\r\n\r\n") + 4;
  const end = body.lastIndexOf("\r\n--");
  const id = randomBytes(8).toString("hex");
  uploads.set(id, body.subarray(start, end));
  json(response, 200, { id, mime: "image/png", width: 1, height: 1, url: `/api/v1/web/uploads/${id}?sig=fake` });
}

function file(response, path) {
  const found = path.startsWith("/widget/") ? join(DIST, normalize(path)) : join(DIST, "demo", normalize(path === "/" ? "/index.html" : path));
  if (!existsSync(found)) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": TYPES[extname(found)] ?? "application/octet-stream" }).end(readFileSync(found));
}

const http = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  response.setHeader("Content-Security-Policy", POLICY);
  const body = await bodyOf(request);
  if (pathname === "/api/v1/web/session") return session(response, body);
  if (pathname === "/api/v1/web/uploads") return keep(request, response, body);
  if (pathname === "/api/v1/web/speech") return json(response, 200, { say: false, hear: false });
  const upload = uploads.get(pathname.split("/").pop());
  if (upload) return response.writeHead(200, { "Content-Type": "image/png" }).end(upload);
  file(response, pathname);
});

const io = new Server(http, { maxHttpBufferSize: 16 * 1024, serveClient: false });

io.use((socket, next) => {
  socket.data.talk = state.tokens[socket.handshake.auth.token];
  next(socket.data.talk ? undefined : new Error("unauthorized"));
});

function refusal(said, talk) {
  const fail = (code, message) => ({ ok: false, error: { code, message } });
  if (typeof said?.msg_id !== "string") return fail("bad_request", "格式不对");
  if ([...(said.text ?? "")].length > TEXT_LIMIT) return fail("too_long", "这段话太长了");
  if (said.choice && !title(talk, said.choice)) return fail("unknown_choice", "这个选项已经过期了");
  if (said.upload && !uploads.has(said.upload)) return fail("unknown_upload", "没有找到这张图片");
  return said.text || said.choice || said.upload ? null : fail("empty", "没有收到文字");
}

const title = (talk, id) =>
  state.talks[talk].messages.flatMap((m) => m.quick_replies ?? []).find((reply) => reply.id === id)?.title;

function own(talk, said) {
  const text = said.choice ? title(talk, said.choice) : said.text;
  const image = said.upload && { url: `/api/v1/web/uploads/${said.upload}?sig=fake`, alt: "" };
  return add(talk, { from: "customer", msg_id: said.msg_id, ...(text && { text }), ...(image && { image }) });
}

function answer(talk, said) {
  io.to(talk).emit("typing", { on: true, from: "bot" });
  setTimeout(() => {
    for (const reply of answers(said)) io.to(talk).emit("bot_uttered", add(talk, reply));
    io.to(talk).emit("typing", { on: false, from: "bot" });
    save();
  }, THINKING_MS);
}

io.on("connection", (socket) => {
  const { talk } = socket.data;
  socket.on("session_request", ({ after_seq }, done) => {
    socket.join(talk);
    const { messages } = state.talks[talk];
    socket.emit("session_confirm", { last_seq: messages.length, owner: "bot", messages: messages.slice(after_seq) });
    done({ ok: true });
  });
  socket.on("user_uttered", (said, done) => {
    const error = refusal(said, talk);
    if (error) return done(error);
    const known = state.talks[talk].messages.find(({ msg_id }) => msg_id === said.msg_id);
    if (known) return done({ ok: true, seq: known.seq });
    const message = own(talk, said);
    save();
    done({ ok: true, seq: message.seq });
    socket.to(talk).emit("user_echo", message);
    answer(talk, { ...said, text: message.text ?? "" });
  });
});

http.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${http.address().port}`));
