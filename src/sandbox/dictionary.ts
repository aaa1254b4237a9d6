/** A JSON object. What it may hold is said and checked by the contract, so it is not typed a second time. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Dictionary = { [key: string]: any };

/** Whether a value is a JSON object, neither null nor an array. */
export function isDictionary(value: unknown): value is Dictionary {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
