/** Milliseconds to wait before try number `attempt` (from 0): doubling from 0.5 s to 15 s, half of it by chance. */
export function backoff(attempt: number, chance: () => number = Math.random): number {
  const most = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return most / 2 + (most / 2) * chance();
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
