/** Reading aloud with a Chinese voice of this browser; without one there is nothing to offer. */

const RATE = 0.8;

export class Speech {
  speaking = "";
  #voice: SpeechSynthesisVoice | undefined;

  constructor(private readonly changed: () => void) {
    const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
    if (!synthesis) return;
    const look = (): void => {
      this.#voice = synthesis.getVoices().find(({ lang }) => /^(zh|cmn)\b/i.test(lang));
      changed();
    };
    synthesis.addEventListener("voiceschanged", look);
    this.#voice = synthesis.getVoices().find(({ lang }) => /^(zh|cmn)\b/i.test(lang));
  }

  get possible(): boolean {
    return this.#voice !== undefined;
  }

  /** Sentence by sentence: some browsers fall silent after fifteen seconds of one text. */
  read(id: string, text: string): void {
    this.hush();
    this.speaking = id;
    const sentences = text.split(/(?<=[。？！；\n])/).filter((sentence) => sentence.trim());
    sentences.forEach((sentence, n) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.lang = "zh-CN";
      said.rate = RATE;
      if (this.#voice) said.voice = this.#voice;
      if (n === sentences.length - 1) said.onend = () => this.#ended(id);
      speechSynthesis.speak(said);
    });
    this.changed();
  }

  hush(): void {
    this.speaking = "";
    speechSynthesis.cancel();
    this.changed();
  }

  #ended(id: string): void {
    if (this.speaking === id) this.speaking = "";
    this.changed();
  }
}
