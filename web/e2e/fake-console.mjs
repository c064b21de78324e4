/**
 * The side of the gateway that console/README.md describes, played for tests and for work on the page: cookie sessions with CSRF, one
 * owner per conversation by compare-and-set, transcripts, notes, watching. `POST /test` plays customers, `POST
 * /test/drop` cuts every live line.
 * Run: node e2e/fake-console.mjs <port>
 */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";

const DIST = fileURLToPath(new URL("../dist/console/", import.meta.url));
const SEED = JSON.parse(readFileSync(new URL("../fixtures/console.json", import.meta.url), "utf8"));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
const BASE = "/api/v1/console";
const PASSWORD = "made-up-for-tests";
const PAGE = 50;

const agents = new Map(SEED.agents.map((agent) => [agent.name, { ...agent }]));
const sessions = new Map();
const talks = new Map();
const uploads = new Map();
const audit = [];
const watching = new Map();
const samples = [];

class Problem extends Error {
  constructor(status, kind, more = {}) {
    super(kind);
    Object.assign(this, { status, kind, more });
  }
}

const now = () => new Date().toISOString();
const id = () => randomBytes(8).toString("hex");
const held = (name) => [...talks.values()].filter(({ row }) => row.agent === name && ["ASSIGNED", "HUMAN"].includes(row.state)).length;
const agentOf = ({ name, display, state, skills, capacity }) => ({ name, display, state, skills, capacity, load: held(name) });
const isLead = ({ roles }) => roles.includes("lead");

const note = (actor, action, subject, detail = "") => audit.push({ id: audit.length + 1, at: now(), actor, action, subject, detail, hash: randomBytes(32).toString("hex") });

function add(talk, message) {
  const full = { id: id(), at: now(), after_seq: talk.row.last_seq, ...message, seq: message.from === "note" ? null : ++talk.row.last_seq };
  talk.messages.push(full);
  if (message.text && message.from !== "note") talk.row.preview = message.text;
  io.of("/console").to(talk.row.id).emit("message", { conversation: talk.row.id, message: full });
  tell(talk);
  return full;
}

function rowFor(talk, name) {
  return { ...talk.row, read_seq: talk.read[name] ?? 0 };
}

function tell(talk) {
  for (const socket of io.of("/console").sockets.values()) socket.emit("row", rowFor(talk, socket.data.name));
  for (const agent of agents.values()) io.of("/console").emit("agent", agentOf(agent));
  io.of("/console").emit("board_changed", {});
}

/** One step of the one row: refused when somebody has changed it since. */
function move(talk, version, change, actor, reason) {
  if (version !== talk.row.version) {
    if (talk.row.agent && talk.row.agent !== actor) throw new Problem(409, "taken", { agent: talk.row.agent, agent_name: agents.get(talk.row.agent).display });
    throw new Problem(409, "stale");
  }
  Object.assign(talk.row, change, { version: version + 1 });
  note(actor, reason, talk.row.id, talk.row.state);
  tell(talk);
  return rowFor(talk, actor);
}

function customer({ title = "访客", text, conversation, ...more }) {
  let talk = talks.get(conversation);
  if (!talk) {
    const name = conversation ?? `c-${id()}`;
    const row = {
      id: name, ticket: `H20261125${String(talks.size + 1).padStart(4, "0")}`, channel: "web", state: "QUEUED", version: 1, reason: "user_asked",
      skill: "general", priority: 5, agent: null, title, preview: "", last_seq: 0, since: now(), due_at: null, elder: false, hazard: false, ...more,
    };
    talk = { row, messages: [], read: {}, limit: more.channel === "wechat" ? { left: 3, of: 5, until: new Date(Date.now() + 3.6e6).toISOString() } : null };
    talks.set(name, talk);
    if (samples.length < 4) samples.push({ id: id(), conversation: name, ticket: row.ticket, agent: "a01", why: samples.length % 2 ? "risk" : "random", scored: false });
  }
  for (const line of [text].flat()) add(talk, typeof line === "string" ? { from: "customer", text: line } : line);
  if (talk.row.state === "BOT" && text.length) add(talk, { from: "bot", text: `机器人：${[text].flat().at(-1)}` });
  return { id: talk.row.id, row: talk.row, heard: talk.messages.filter(({ from }) => from !== "note") };
}

function detail(talk, me) {
  note(me.name, "view", talk.row.id);
  return { ...SEED.detail, row: rowFor(talk, me.name), outage: talk.row.skill === "fault" ? SEED.outage : null, channel_limit: talk.limit, viewers: viewers(talk.row.id) };
}

const viewers = (conversation) =>
  [...(watching.get(conversation) ?? new Map())].map(([name, typing]) => ({ name, display: agents.get(name).display, typing }));

function say(talk, me, { msg_id, text, upload }) {
  const known = talk.messages.find((message) => message.msg_id === msg_id);
  if (known) return known;
  if (talk.row.agent !== me.name || !["ASSIGNED", "HUMAN"].includes(talk.row.state)) throw new Problem(403, "forbidden");
  if (talk.limit && talk.limit.left-- <= 0) throw new Problem(409, "limit");
  talk.row.state = "HUMAN";
  talk.row.due_at = null;
  return add(talk, { from: "agent", agent: me.name, agent_name: me.display, msg_id, ...(text && { text }), ...(upload && { image: { url: `${BASE}/uploads/${upload}`, alt: "" } }) });
}

function board() {
  const rows = [...talks.values()].map(({ row }) => row);
  const waits = rows.filter(({ state }) => state === "QUEUED");
  const longest = (list) => Math.max(0, ...list.map(({ since }) => (Date.now() - Date.parse(since)) / 1000));
  return {
    waiting: waits.length,
    longest_wait_s: longest(waits),
    assigned: rows.filter(({ state }) => ["ASSIGNED", "HUMAN"].includes(state)).length,
    agents: [...agents.values()].filter(({ roles }) => roles.includes("agent")).map(agentOf),
    skills: SEED.skills.map(({ code, title }) => {
      const mine = waits.filter(({ skill }) => skill === code);
      return { code, title, waiting: mine.length, longest_wait_s: longest(mine) };
    }),
    breaking: rows.filter(({ due_at }) => due_at && Date.parse(due_at) - Date.now() < 60_000),
    jobs: [{ name: "turns", ran_at: now(), error: null, failed_at: null }, { name: "sms", ran_at: null, error: "OperationalError", failed_at: now() }],
  };
}

function search(words) {
  const hits = [...talks.values()].flatMap(({ row, messages }) =>
    messages.filter(({ text }) => text?.includes(words)).map(({ seq, at, from, text }) => ({ conversation: row.id, ticket: row.ticket, seq: seq ?? 0, at, from, snippet: text })),
  );
  return { hits: hits.slice(0, 50) };
}

const meOf = ({ name, csrf }) => {
  const { display, roles, skills, state, capacity } = agents.get(name);
  return {
    name, display, roles, skills, state, capacity, csrf, limits: { text: 1000, idle_seconds: 1800 }, canned: SEED.canned, reasons: SEED.reasons,
    applications: SEED.applications, skills_all: SEED.skills, agents: [...agents.values()].filter(({ roles: r }) => r.includes("agent")).map(agentOf),
  };
};

function ofConversation(talk, me, method, action, body, query) {
  const { row } = talk;
  const target = body.to_agent ?? null;
  switch (`${method} ${action}`) {
    case "GET ":
      return detail(talk, me);
    case "GET messages": {
      const before = Number(query.get("before")) || Infinity;
      const list = talk.messages.filter(({ seq, after_seq }) => (seq ?? after_seq) < before);
      return { messages: list.slice(-PAGE), more: list.length > PAGE };
    }
    case "GET suggestion":
      return talk.messages.some(({ from }) => from === "customer") ? SEED.suggestion : undefined;
    case "POST take":
      if (!["QUEUED", "BOT", "OFFERED"].includes(row.state)) throw new Problem(409, "taken", { agent: row.agent, agent_name: agents.get(row.agent)?.display });
      return move(talk, body.version, { state: "ASSIGNED", agent: me.name, due_at: new Date(Date.now() + 120_000).toISOString() }, me.name, "assigned");
    case "POST messages":
      return say(talk, me, body);
    case "POST notes":
      return add(talk, { from: "note", agent: me.name, agent_name: me.display, msg_id: body.msg_id, text: body.text, whisper: body.whisper === true });
    case "POST read":
      talk.read[me.name] = Math.max(talk.read[me.name] ?? 0, body.seq);
      return undefined;
    case "POST transfer":
      add(talk, { from: "note", agent: me.name, agent_name: me.display, text: body.note });
      return move(talk, body.version, target ? { agent: target, state: "ASSIGNED" } : { agent: null, state: "QUEUED", skill: body.to_skill, since: now() }, me.name, "transfer");
    case "POST release": {
      const moved = move(talk, body.version, { agent: null, state: "BOT", due_at: null }, me.name, "agent_closed");
      add(talk, { from: "system", text: "智能客服已回来，有事请讲。" });
      return moved;
    }
    case "POST resolve":
      return move(talk, body.version, { state: "CLOSED", due_at: null }, me.name, body.reason);
    case "POST reassign":
      if (!isLead(me)) throw new Problem(403, "forbidden");
      return move(talk, body.version, { agent: target, state: "ASSIGNED" }, me.name, "reassign");
    case "POST listen":
      if (!isLead(me)) throw new Problem(403, "forbidden");
      note(me.name, body.on ? "listen" : "listen_end", row.id);
      return undefined;
    case "POST reveal":
      note(me.name, "reveal", row.id, `${body.field} ${body.reason}`);
      return { field: body.field, value: SEED.clear[body.field] };
    case "POST orders":
      note(me.name, "order", row.id, body.kind);
      return { ...SEED.detail.orders[0], order_no: "202611250200009", kind: body.kind };
    default:
      if (method === "PATCH") return SEED.detail.orders[0];
      throw new Problem(404, "not-found");
  }
}

function route(me, method, path, body, query) {
  const [, conversation, action = ""] = /^\/conversations\/([^/]+)\/?([a-z]*)/.exec(path) ?? [];
  if (conversation) {
    const talk = talks.get(decodeURIComponent(conversation));
    if (!talk) throw new Problem(404, "not-found");
    return ofConversation(talk, me, method, action, body, query);
  }
  switch (`${method} ${path}`) {
    case "GET /me":
      return meOf(me.session);
    case "PUT /presence": {
      Object.assign(agents.get(me.name), { state: body.state, capacity: body.capacity });
      io.of("/console").emit("agent", agentOf(agents.get(me.name)));
      return agentOf(agents.get(me.name));
    }
    case "GET /conversations":
      return { conversations: [...talks.values()].filter(({ row }) => row.state !== "CLOSED").map((talk) => rowFor(talk, me.name)), now: now() };
    case "GET /board":
      return board();
    case "GET /search":
      note(me.name, "search", "", "");
      return search(query.get("q") ?? "");
    case "GET /samples":
      return { samples };
    case "GET /audit": {
      if (!me.roles.includes("auditor")) throw new Problem(403, "forbidden");
      const before = Number(query.get("before")) || Infinity;
      const fits = (value, name) => !query.get(name) || value.includes(query.get(name));
      const list = audit.filter((entry) => entry.id < before && fits(entry.actor, "actor") && fits(entry.action, "action")).reverse();
      return { entries: list.slice(0, 100), more: list.length > 100, verified: true };
    }
    default: {
      const sample = samples.find((each) => path === `/samples/${each.id}/score`);
      if (!sample) throw new Problem(404, "not-found");
      sample.scored = true;
      return undefined;
    }
  }
}

function login({ name, password }) {
  if (!agents.has(name) || password !== PASSWORD) throw new Problem(401, "unauthorized");
  const session = { name, csrf: id() };
  const cookie = id();
  sessions.set(cookie, session);
  return { cookie, body: meOf(session) };
}

const cookieOf = (headers) => /console=([0-9a-f]+)/.exec(headers.cookie ?? "")?.[1];

function asked(request, path, body, query) {
  const session = sessions.get(cookieOf(request.headers));
  if (!session) throw new Problem(401, "unauthorized");
  if (request.method !== "GET" && request.headers["x-csrf-token"] !== session.csrf) throw new Problem(403, "forbidden");
  return route({ ...agents.get(session.name), session }, request.method, path, body, query);
}

function upload(request, body) {
  if (!sessions.has(cookieOf(request.headers))) throw new Problem(401, "unauthorized");
  const name = id();
  uploads.set(name, body.subarray(body.indexOf("\r\n\r\n") + 4, body.lastIndexOf("\r\n--")));
  return { id: name, mime: "image/png", url: `${BASE}/uploads/${name}` };
}

function file(response, path) {
  const found = join(DIST, normalize(path.replace(/^\/console\/?/, "/").replace(/\/$/, "/index.html")));
  if (!existsSync(found)) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": TYPES[extname(found)] ?? "application/octet-stream" }).end(readFileSync(found));
}

const http = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  response.setHeader("Content-Security-Policy", POLICY);
  const parts = [];
  for await (const part of request) parts.push(part);
  const raw = Buffer.concat(parts);
  const send = (status, body, headers = {}) => response.writeHead(body === undefined ? 204 : status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
  try {
    if (pathname === "/test/drop") {
      io.of("/console").disconnectSockets(true);
      return send(204, undefined);
    }
    if (pathname === "/test") return send(200, customer(JSON.parse(raw)));
    if (!pathname.startsWith(BASE)) return file(response, pathname);
    const path = pathname.slice(BASE.length);
    const kept = uploads.get(path.split("/").pop());
    if (kept) return response.writeHead(200, { "Content-Type": "image/png" }).end(kept);
    if (path === "/uploads") return send(200, upload(request, raw));
    const body = raw.length ? JSON.parse(raw) : {};
    if (path === "/login") {
      const { cookie, body: me } = login(body);
      return send(200, me, { "Set-Cookie": `console=${cookie}; HttpOnly; SameSite=Strict; Path=/` });
    }
    if (path === "/logout") {
      sessions.delete(cookieOf(request.headers));
      return send(204, undefined);
    }
    send(200, asked(request, path, body, searchParams));
  } catch (problem) {
    if (!(problem instanceof Problem)) console.error(problem);
    send(problem.status ?? 500, { type: `/problems/${problem.kind}`, status: problem.status, ...problem.more });
  }
});

const io = new Server(http, { serveClient: false });
const desk = io.of("/console");

desk.use((socket, next) => {
  const session = sessions.get(cookieOf(socket.handshake.headers));
  const trusted = session && session.csrf === socket.handshake.auth.csrf;
  if (trusted) socket.data.name = session.name;
  next(trusted ? undefined : new Error("unauthorized"));
});

function look(conversation, name, typing) {
  const list = watching.get(conversation) ?? new Map();
  if (typing === null) list.delete(name);
  else list.set(name, typing);
  watching.set(conversation, list);
  desk.to(conversation).emit("viewers", { conversation, viewers: viewers(conversation) });
}

desk.on("connection", (socket) => {
  const { name } = socket.data;
  socket.on("watch", ({ conversation, after_seq }, done) => {
    socket.join(conversation);
    look(conversation, name, false);
    const { messages } = talks.get(conversation);
    done({ ok: true, messages: messages.filter((message) => (message.seq ?? message.after_seq + 1) > after_seq) });
  });
  socket.on("unwatch", ({ conversation }) => {
    socket.leave(conversation);
    look(conversation, name, null);
  });
  socket.on("typing", ({ conversation, on }) => {
    look(conversation, name, on);
    setTimeout(() => look(conversation, name, false), 3_000).unref();
  });
  socket.on("disconnect", () => {
    for (const [conversation, list] of watching) if (list.has(name)) look(conversation, name, null);
  });
});

http.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${http.address().port}`));
