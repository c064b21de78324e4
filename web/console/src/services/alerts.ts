/** How an agent notices news: a sound (only after a gesture), a notification without personal data, the page's title. */

import { text } from "../text";

const TONE_HZ = 880;
const TONE_SECONDS = 0.18;
const KEY = "gridcare-console-sound";

export class Alerts {
  #audio: AudioContext | null = null;
  #title = document.title;

  get sound(): boolean {
    return localStorage.getItem(KEY) === "on";
  }

  /** Called from a click: browsers allow neither sound nor the question for notifications without one. */
  async setSound(on: boolean): Promise<void> {
    localStorage.setItem(KEY, on ? "on" : "off");
    if (!on) return;
    this.wake();
    this.#ring();
    if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
  }

  /** Any gesture lets a sound chosen in an earlier session play again. */
  wake(): void {
    if (this.sound && !this.#audio && "AudioContext" in window) this.#audio = new AudioContext();
  }

  unread(count: number): void {
    document.title = count ? `(${count}) ${this.#title}` : this.#title;
  }

  /** `kind` names one of the fixed sentences; nothing of the conversation leaves the page. */
  news(kind: keyof typeof text.alerts): void {
    if (!this.sound) return;
    this.#ring();
    if (document.hidden && "Notification" in window && Notification.permission === "granted")
      new Notification(text.title, { body: text.alerts[kind], tag: kind });
  }

  #ring(): void {
    if (!this.#audio) return;
    const tone = this.#audio.createOscillator();
    const volume = this.#audio.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = TONE_HZ;
    tone.connect(volume).connect(this.#audio.destination);
    tone.start();
    tone.stop(this.#audio.currentTime + TONE_SECONDS);
  }
}
