/** localStorage where the browser allows it, else this page's memory. Keys carry the widget's prefix. */

const PREFIX = "grid-chat:";

export class Memory {
  #kept = new Map<string, string>();

  get(key: string): string | null {
    try {
      return localStorage.getItem(PREFIX + key) ?? this.#kept.get(key) ?? null;
    } catch {
      return this.#kept.get(key) ?? null;
    }
  }

  set(key: string, value: string): void {
    this.#kept.set(key, value);
    try {
      localStorage.setItem(PREFIX + key, value);
    } catch {
      // Full or forbidden: this page still has its own copy.
    }
  }

  delete(key: string): void {
    this.#kept.delete(key);
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      // Forbidden: nothing was stored there either.
    }
  }

  /** Every key that begins with `start`. */
  keys(start: string): string[] {
    const own = [...this.#kept.keys()];
    try {
      own.push(...Object.keys(localStorage).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : [])));
    } catch {
      // Forbidden: what this page remembers is all there is.
    }
    return [...new Set(own)].filter((key) => key.startsWith(start));
  }

  /** Calls `changed` when another tab sets or deletes (null) this key. Returns the function that ends it. */
  watch(key: string, changed: (value: string | null) => void): () => void {
    const listen = (event: StorageEvent): void => {
      if (event.key !== PREFIX + key) return;
      if (event.newValue === null) this.#kept.delete(key);
      changed(event.newValue);
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  }
}
