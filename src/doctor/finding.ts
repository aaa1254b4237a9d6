/** One thing that was looked at. */
export interface Finding {
  /** `ok`; `look`: it works, and something deserves a look; `fault`: it does not work. */
  readonly state: 'ok' | 'look' | 'fault';
  /** What was found, in a plain sentence. It quotes no secret. */
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const look = (text: string, advice: string): Finding => ({ state: 'look', text, advice });
export const fault = (text: string, advice: string): Finding => ({ state: 'fault', text, advice });

/** Why something could not be done, without a word of anybody else's. */
export const reasonOf = (error: unknown): string => {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  if (cause !== undefined && cause !== error) return reasonOf(cause);
  return error instanceof Error ? error.name : 'unknown';
};
