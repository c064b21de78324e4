/**
 * Run-time checks of what the server sends. Each `as…` gives a clean value or null: what is wrong but harmless
 * (an unknown card, a broken button) is left out, what carries the order of the talk (seq, id, at, from) must fit.
 */

import type {
  Ack,
  Author,
  Card,
  CardName,
  Image,
  Limits,
  Message,
  QuickReply,
  Session,
  SessionConfirm,
  Typing,
  Upload,
} from "./messages";

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

const AUTHORS: readonly string[] = ["bot", "agent", "system", "customer"];

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
const shape =
  (checks: Record<string, Check>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const month = shape({ month: isText, kwh: isText, yuan: isText });
const line = shape({ tier: isNumber, kwh: isText, price: isText, yuan: isText });
const adjustment = shape({ kind: isText, yuan: isText, note: optional(isText) });
const step = shape({ state: isText, title: isText, at: optional(isText), done: isBoolean });

const CARDS: Record<CardName, Check> = {
  bill_history: shape({ account: isText, months: listOf(month) }),
  bill: shape({
    account: isText,
    month: isText,
    kwh: isText,
    yuan: isText,
    lines: listOf(line),
    adjustments: optional(listOf(adjustment)),
    tariff: optional(shape({ source: isText, version: isText, verified: isBoolean })),
  }),
  order: shape({
    order_no: isText,
    title: isText,
    state: isText,
    steps: listOf(step),
    due_at: optional(isText),
    next: optional(isText),
  }),
  outage: shape({
    kind: isText,
    cause: isText,
    area: isText,
    starts_at: isText,
    eta: optional(isText),
    eta_source: optional(isText),
    progress: optional(isText),
  }),
  documents: shape({ title: isText, items: listOf(shape({ name: isText, have: isBoolean })) }),
};

/** A card this widget can show, or null. */
export function asCard(value: unknown): Card | null {
  if (!isObject(value) || !isText(value.card) || !Object.hasOwn(CARDS, value.card)) return null;
  const name = value.card as CardName;
  return CARDS[name](value.data) ? ({ card: name, data: value.data } as Card) : null;
}

function asQuickReplies(value: unknown): QuickReply[] {
  if (!Array.isArray(value)) return [];
  return value.filter(shape({ id: isText, title: isText })).map(({ id, title }) => ({ id, title }));
}

function asImage(value: unknown): Image | null {
  return isObject(value) && isText(value.url) ? { url: value.url, alt: isText(value.alt) ? value.alt : "" } : null;
}

export function asMessage(value: unknown): Message | null {
  if (!isObject(value)) return null;
  const { seq, id, at, from } = value;
  if (!isSeq(seq) || !isText(id) || !isText(at) || !isText(from) || !AUTHORS.includes(from)) return null;
  const message: Message = { seq, id, at, from: from as Author };
  for (const name of ["agent", "text", "msg_id"] as const) {
    const given = value[name];
    if (isText(given)) message[name] = given;
  }
  const replies = asQuickReplies(value.quick_replies);
  if (replies.length) message.quick_replies = replies;
  const card = asCard(value.card);
  if (card) message.card = card;
  const image = asImage(value.image);
  if (image) message.image = image;
  if (isObject(value.profile) && isBoolean(value.profile.elder)) message.profile = { elder: value.profile.elder };
  return message;
}

export function asSessionConfirm(value: unknown): SessionConfirm | null {
  if (!isObject(value) || !isNumber(value.last_seq) || !Array.isArray(value.messages)) return null;
  const messages = value.messages.map(asMessage).filter((message) => message !== null);
  return { last_seq: value.last_seq, owner: isText(value.owner) ? value.owner : "bot", messages };
}

function asLimits(value: unknown): Limits | null {
  return isObject(value) && isNumber(value.text) && isNumber(value.upload_bytes)
    ? { text: value.text, upload_bytes: value.upload_bytes }
    : null;
}

export function asSession(value: unknown): Session | null {
  if (!isObject(value) || !isText(value.token) || !isText(value.expires_at)) return null;
  const limits = asLimits(value.limits);
  return limits && { token: value.token, expires_at: value.expires_at, limits };
}

/** The answer to user_uttered and session_request; anything else counts as busy, so that it is sent again. */
export function asAck(value: unknown): Ack {
  if (isObject(value) && value.ok === true) return isSeq(value.seq) ? { ok: true, seq: value.seq } : { ok: true };
  const error = isObject(value) && isObject(value.error) ? value.error : {};
  return {
    ok: false,
    error: {
      code: isText(error.code) ? error.code : "busy",
      message: isText(error.message) ? error.message : "",
      ...(isNumber(error.retry_after) ? { retry_after: error.retry_after } : {}),
    },
  };
}

export function asTyping(value: unknown): Typing | null {
  return isObject(value) && isBoolean(value.on) ? { on: value.on, from: isText(value.from) ? value.from : "" } : null;
}

export function asUpload(value: unknown): Upload | null {
  if (!isObject(value) || !isText(value.id) || !isText(value.url)) return null;
  const { id, url, mime, width, height } = value;
  return {
    id,
    url,
    mime: isText(mime) ? mime : "",
    width: isNumber(width) ? width : 0,
    height: isNumber(height) ? height : 0,
  };
}
