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

function row(account: Account): HTMLLIElement {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const named = account.alias ? `${account.alias}（${account.shown}）` : account.shown;
  name.textContent = named;
  const acts = document.createElement("div");
  acts.append(
    button("改称呼", `改称呼：${named}`, async () => {
      const alias = prompt("新的称呼", account.alias);
      if (alias !== null && (await call("PATCH", `/${account.id}`, { alias: alias.slice(0, 12) }))) await show();
    }),
    button("解绑", `解绑：${named}`, async () => {
      if (!confirm(`解绑${named}？`) || !(await call("DELETE", `/${account.id}`))) return;
      await show();
      message.textContent = "已解绑。";
    }),
  );
  item.append(name, acts);
  return item;
}

async function show(): Promise<void> {
  const found = await call<{ accounts: Account[] }>("GET");
  if (!found) return;
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

void show();
