/** What carriers' platforms call the status, in lower case. */
const NAMES = ['messagestatus', 'smsstatus', 'status'];

/** A status is one word. Whatever else stands there is not kept: it may be about somebody. */
const WORD = /^[A-Za-z][\w-]{0,39}$/;

/**
 * The status that a callback about a text tells, as a form or as JSON: `MessageStatus`, `SmsStatus` or `status`.
 * courier does not document the body, and hands on what its provider says.
 *
 * @returns undefined when it tells none
 */
export const statusWord = (body: string): string | undefined => {
  const values = new Map(Object.entries(read(body)).map(([name, value]) => [name.toLowerCase(), value]));
  return NAMES.map((name) => values.get(name)).find(
    (value): value is string => typeof value === 'string' && WORD.test(value),
  );
};

const read = (body: string): object => {
  if (!/^\s*\{/.test(body)) return Object.fromEntries(new URLSearchParams(body));
  try {
    const value: unknown = JSON.parse(body);
    const { data } = value as { data?: { attributes?: unknown } | null };
    return Object(data?.attributes ?? value);
  } catch {
    return {};
  }
};
