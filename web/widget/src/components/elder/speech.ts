/** Reading aloud: with our own voice from the server, where there is none with a Chinese voice of this browser. */

import type { Chat } from "../../chat";

const RATE = 0.8;

export interface Possible {
  say: boolean;
  hear: boolean;
}

/** Messages to be read: from one number to another, and their words as they are shown. */
export interface Run {
  first: number;
  last: number;
  words: string;
}

export class Speech {
  speaking = 0;
  #can: Possible = { say: false, hear: false };
  #voice: SpeechSynthesisVoice | undefined;
  #sound = new Audio();

  constructor(
    private readonly chat: Chat,
    private readonly changed: () => void,
    private readonly muted: () => void,
  ) {
    this.#sound.onended = () => this.#over();
    void this.#ask();
    const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
    if (!synthesis) return;
    const look = (): void => {
      this.#voice = synthesis.getVoices().find(({ lang }) => /^(zh|cmn)\b/i.test(lang));
      changed();
    };
    synthesis.addEventListener("voiceschanged", look);
    look();
  }

  get possible(): boolean {
    return this.#can.say || this.#voice !== undefined;
  }

  get hears(): boolean {
    return this.#can.hear;
  }

  async read({ first, last, words }: Run): Promise<void> {
    this.hush();
    this.speaking = last;
    this.changed();
    const read = this.#can.say && (await this.#ours(first, last).catch(() => false));
    if (read || this.speaking !== last) return;
    if (this.#voice) return this.#browsers(words);
    this.#over();
    this.muted();
  }

  hush(): void {
    this.#sound.pause();
    globalThis.speechSynthesis?.cancel();
    this.#over();
  }

  /** What is said in a recording. Throws when it cannot be heard. */
  async hear(recording: Blob): Promise<string> {
    const answer = await fetch(new URL("/api/v1/web/speech", this.chat.server), { method: "POST", headers: this.#token, body: recording });
    if (!answer.ok) throw new Error(`not heard: ${answer.status}`);
    const { text } = (await answer.json()) as { text?: unknown };
    return typeof text === "string" ? text : "";
  }

  async #ask(): Promise<void> {
    const answer = await fetch(new URL("/api/v1/web/speech", this.chat.server)).catch(() => null);
    const can = answer?.ok ? ((await answer.json()) as Partial<Possible>) : {};
    this.#can = { say: can.say === true, hear: can.hear === true };
    this.changed();
  }

  /** Whether our own voice reads it. */
  async #ours(first: number, last: number): Promise<boolean> {
    const where = new URL(`/api/v1/web/speech/${first}?until=${last}&elder=true`, this.chat.server);
    const answer = await fetch(where, { headers: this.#token });
    if (!answer.ok) return false;
    const address = URL.createObjectURL(await answer.blob());
    if (this.speaking !== last) return true;
    URL.revokeObjectURL(this.#sound.src);
    this.#sound.src = address;
    await this.#sound.play();
    return true;
  }

  /** Sentence by sentence: some browsers fall silent after fifteen seconds of one text. */
  #browsers(words: string): void {
    const sentences = words.split(/(?<=[。？！；\n])/).filter((sentence) => sentence.trim());
    sentences.forEach((sentence, n) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.lang = "zh-CN";
      said.rate = RATE;
      if (this.#voice) said.voice = this.#voice;
      if (n === sentences.length - 1) said.onend = () => this.#over();
      speechSynthesis.speak(said);
    });
  }

  #over(): void {
    this.speaking = 0;
    this.changed();
  }

  get #token(): HeadersInit {
    return { Authorization: `Bearer ${this.chat.sessions.token ?? ""}` };
  }
}
