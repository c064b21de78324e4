/** Account numbers bound to the customer's WeChat. The session comes in the fragment and lives in this page only. */

interface Account {
  id: string;
  shown: string;
  alias: string;
}

const session = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const message = at("message");
const ask = at<HTMLFormElement>("ask");
const prove = at<HTMLFormElement>("prove");
const value = (id: string): string => at<HTMLInputElement>(id).value.trim();

async function call<T>(method: string, path = "", body?: unknown): Promise<T | null> {
  try {
    const answer = await fetch(`/api/v1/wechat/bindings${path}`, {
      method,
      headers: { Authorization: `Bearer ${session}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status === 204) return {} as T;
    const found = await answer.json();
    if (answer.ok) return found as T;
    message.textContent = found.detail || "没有办成，请稍后再试。";
  } catch {
    message.textContent = "网络不通，请稍后再试。";
  }
  return null;
}

function button(words: string, label: string, act: () => Promise<void>): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet";
  made.textContent = words;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => void act());
  return made;
}

/** A bound account; what is to be changed is asked in its own place, without a window on top of the page. */
function row(account: Account): HTMLLIElement {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const named = account.alias ? `${account.alias}（${account.shown}）` : account.shown;
  name.textContent = named;
  const acts = document.createElement("div");
  const usual = [
    button("改称呼", `改称呼：${named}`, async () => rename()),
    button("解绑", `解绑：${named}`, async () => {
      acts.replaceChildren(
        button("确定解绑", `确定解绑：${named}`, async () => {
          if (!(await call("DELETE", `/${account.id}`))) return;
          await show();
          message.textContent = "已解绑。";
        }),
        button("不解绑", `不解绑：${named}`, async () => back()),
      );
      acts.querySelector("button")?.focus();
    }),
  ];
  const back = (): void => {
    acts.replaceChildren(...usual);
    usual[0]?.focus();
  };
  function rename(): void {
    const form = document.createElement("form");
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.textContent = "新的称呼";
    input.value = account.alias;
    input.maxLength = 12;
    label.append(input);
    const keep = document.createElement("button");
    keep.textContent = "保存";
    form.append(label, keep, button("不改了", `不改：${named}`, async () => back()));
    onSubmit(form, async () => {
      if (await call("PATCH", `/${account.id}`, { alias: input.value.trim() })) await show();
    });
    acts.replaceChildren(form);
    input.focus();
  }
  acts.append(...usual);
  item.append(name, acts);
  return item;
}

const SIZES = [18, 22, 26, 30];
const KEPT = "gridcare-elder";
const manner = { elder: false, size: 22, ...recall() };

function recall(): Partial<{ elder: boolean; size: number }> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<{ elder: boolean; size: number }>;
  } catch {
    return {};
  }
}

/** 长辈版 and its size, remembered on this phone. */
function dress(): void {
  document.documentElement.classList.toggle("elder", manner.elder);
  document.documentElement.style.setProperty("--size", `${manner.size}px`);
  at("elder").setAttribute("aria-pressed", String(manner.elder));
  at("hotline").hidden = !manner.elder || !at("hotline").textContent;
  for (const [id, end] of [["smaller", SIZES[0]], ["larger", SIZES[SIZES.length - 1]]] as const) {
    at(id).hidden = !manner.elder;
    at<HTMLButtonElement>(id).disabled = manner.size === end;
  }
  try {
    localStorage.setItem(KEPT, JSON.stringify(manner));
  } catch {
    // A browser that keeps nothing shows it for this visit.
  }
}

function resize(by: number): void {
  manner.size = SIZES[Math.min(SIZES.length - 1, Math.max(0, SIZES.indexOf(manner.size) + by))] ?? 22;
  dress();
}

at("elder").addEventListener("click", () => {
  manner.elder = !manner.elder;
  dress();
});
at("smaller").addEventListener("click", () => resize(-1));
at("larger").addEventListener("click", () => resize(1));

async function show(): Promise<void> {
  const found = await call<{ accounts: Account[]; hotline: string }>("GET");
  if (!found) return;
  const hotline = at<HTMLAnchorElement>("hotline");
  hotline.href = `tel:${found.hotline}`;
  hotline.textContent = `拨打${found.hotline}`;
  dress();
  ask.hidden = false;
  at("bound").hidden = found.accounts.length === 0;
  at("bound").querySelector("ul")?.replaceChildren(...found.accounts.map(row));
}

/** One request at a time: a second tap would send a second code. */
function onSubmit(form: HTMLFormElement, act: () => Promise<void>): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const send = form.querySelector("button");
    if (!send || send.disabled) return;
    send.disabled = true;
    void act().finally(() => (send.disabled = false));
  });
}

onSubmit(ask, async () => {
  const sent = await call<{ message: string }>("POST", "/code", { account_no: value("account") });
  if (!sent) return;
  message.textContent = sent.message;
  prove.hidden = false;
  at("code").focus();
});

onSubmit(prove, async () => {
  const proof = { account_no: value("account"), code: value("code"), alias: value("alias") };
  const done = await call<{ message: string }>("POST", "", proof);
  if (!done) return;
  message.textContent = done.message;
  prove.hidden = true;
  for (const form of [ask, prove]) form.reset();
  await show();
});

dress();
void show();
