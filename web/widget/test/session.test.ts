import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Memory } from "../src/services/memory";
import { Sessions } from "../src/services/session";

const answer = (token: string) =>
  new Response(JSON.stringify({ token, expires_at: "2026-12-23T00:00:00Z", limits: { text: 500, upload_bytes: 10 } }));

describe("the session", () => {
  let asked: string[];
  let next: () => Response | Promise<Response>;

  beforeEach(() => {
    localStorage.clear();
    asked = [];
    vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
      asked.push(`${url.pathname} ${init.body}`);
      return Promise.resolve(next());
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("is asked for without a token, and then renewed with the one that was given", async () => {
    const sessions = new Sessions("https://grid.example", new Memory());
    next = () => answer("one");
    await sessions.renew();
    next = () => answer("two");
    await sessions.renew();
    expect(asked).toEqual(["/api/v1/web/session {}", '/api/v1/web/session {"token":"one"}']);
    expect(new Sessions("https://grid.example", new Memory()).token).toBe("two");
    expect(sessions.limits.text).toBe(500);
  });

  it("is not taken from an answer that is refused or has no token", async () => {
    const sessions = new Sessions("https://grid.example", new Memory());
    for (const wrong of [new Response("{}", { status: 403 }), new Response("{}"), new Response('{"token": 1}')]) {
      next = () => wrong;
      await expect(sessions.renew()).rejects.toThrow("session refused");
    }
    expect(sessions.token).toBeNull();
  });

  it("does not come back when the customer ended it while it was being renewed", async () => {
    const sessions = new Sessions("https://grid.example", new Memory());
    next = () => answer("one");
    await sessions.renew();
    next = () => {
      sessions.forget();
      return answer("one again");
    };
    await expect(sessions.renew()).rejects.toThrow("ended meanwhile");
    expect(sessions.token).toBeNull();
  });
});
