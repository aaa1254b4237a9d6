import type { MessageStatus } from '../../ports.ts';

/** What was posted about a text. */
export interface Report {
  readonly status: MessageStatus;
  /** The provider's own word. */
  /** courier's word; null for one that is not known. */
  readonly nativeStatus: string | null;
  /** In milliseconds since the epoch. */
  readonly occurredAt: number;
}

/** The text that a token is for. */
export interface TokenText {
  /** courier's id. */
  readonly textId: string;
  /** Whose eyes it is for. */
  readonly audience: string;
}

/** A report that came before its text was known. */
export interface Early extends TokenText {
  readonly key: string;
  readonly report: Report;
}

/** For how long a token is good, in milliseconds: no provider tells of a text after days. */
export const TOKEN_MS = 7 * 24 * 3600_000;

/**
 * Which text each address is for. A token is known by a key that does not tell it. What resolves is safely
 * written; everything rejects with `StoreError` when the store cannot be read or written.
 */
export interface TextTokens {
  add(key: string, audience: string): Promise<void>;
  /** Says which text it is; the furthest report that came before is given, and kept until `settle`. */
  bind(key: string, textId: string): Promise<Early | undefined>;
  /**
   * The text that a report is about. While that is not known, the furthest report is kept.
   *
   * @param report undefined only asks for the text
   * @returns undefined when nobody knows the key
   */
  report(key: string, report: Report | undefined): Promise<TokenText | 'kept' | undefined>;
  /** What came before its text was known has been told. */
  settle(key: string): Promise<void>;
  drop(key: string): Promise<void>;
  /** Reports of known texts that were not settled: a process ended in between. */
  unsettled(): Promise<readonly Early[]>;
  close(): Promise<void>;
}
