/** Speaking instead of typing: the browser records, our recogniser writes, the customer looks before anything is sent. */

import { html, nothing, type TemplateResult } from "lit";
import { elderText as words } from "../../text/elder";
import type { Speech } from "./speech";

const LONGEST_MS = 30_000;

export class Dictation {
  #recorder: MediaRecorder | null = null;
  #hearing = false;
  #note = "";

  /** `write` puts words where the customer writes. */
  constructor(
    private readonly speech: Speech,
    private readonly write: (text: string) => void,
    private readonly changed: () => void,
  ) {}

  button(): TemplateResult | typeof nothing {
    if (!this.speech.hears || !globalThis.MediaRecorder || !navigator.mediaDevices) return nothing;
    const recording = this.#recorder !== null;
    const label = this.#hearing ? words.hearing : recording ? words.stop : words.speak;
    return html`<div class="dictation">
      <button type="button" class="plain wide" aria-pressed=${recording} ?disabled=${this.#hearing} @click=${() => void this.press()}>${label}</button>
      <p role="status">${this.#note}</p>
    </div>`;
  }

  /** Begin to record, or end it. */
  async press(): Promise<void> {
    if (this.#recorder) return this.#recorder.stop();
    this.speech.hush();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) return this.#say(words.deaf);
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => void parts.push(data);
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      this.#recorder = null;
      void this.#hear(new Blob(parts, { type: recorder.mimeType }));
    };
    recorder.start();
    setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST_MS);
    this.#recorder = recorder;
    this.#say("");
  }

  stop(): void {
    this.#recorder?.stop();
  }

  async #hear(recording: Blob): Promise<void> {
    this.#hearing = true;
    this.#say("");
    const text = await this.speech.hear(recording).catch(() => "");
    this.#hearing = false;
    if (text) this.write(text);
    this.#say(text ? words.check : words.unheard);
  }

  #say(note: string): void {
    this.#note = note;
    this.changed();
  }
}
