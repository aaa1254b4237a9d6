import type { Context } from '../context.ts';

/** An answer took longer than it may. */
export class LateError extends Error {
  override readonly name = 'LateError';
  /** The answer, which may still come, or say why it does not. */
  readonly answer: Promise<unknown>;

  constructor(answer: Promise<unknown>) {
    super('the answer took too long');
    this.answer = answer;
  }
}

/**
 * An answer, or a failure when so much of the operation's remaining time is gone: the rest belongs to what does not
 * need the answer.
 *
 * @param share the part of the remaining time that the answer may take, between 0 and 1
 * @throws {LateError}
 */
export const inTime = async <T>({ deadline }: Context, share: number, answer: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new LateError(answer)),
    Math.max(0, (deadline - performance.now()) * share),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};
