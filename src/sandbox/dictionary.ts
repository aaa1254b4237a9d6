/** A JSON object whose members are not known. */
export type Dictionary = { [key: string]: unknown };

/** Whether a value is a JSON object, neither null nor an array. */
export function isDictionary(value: unknown): value is Dictionary {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
