import { type Dictionary, isDictionary } from '../dictionary.ts';
import { invalid } from './dialect.ts';

/** What a JSON Patch may change of a channel. */
const OPEN = [
  'name',
  'label',
  'subscription-type',
  'archived',
  'floating',
  'group-provider-ack',
  'event-settings',
];

/** What a JSON Patch list (RFC 6902) makes of attributes; a 400 names the step that cannot be taken, and then none is. */
export function patched(
  attributes: Dictionary,
  steps: readonly Dictionary[],
  schema: Dictionary,
): Dictionary {
  const next = structuredClone(attributes);
  for (const [index, { op, path, value }] of steps.entries()) {
    const fault = (place: string, says: string) =>
      invalid('body', `/data/attributes/${index}/${place}`, says);
    const parts = String(path)
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = parts.at(-1) ?? '';
    const holder = parts.slice(0, -1).reduce<unknown>((at, part) => isDictionary(at) && at[part], next);
    if (op === 'test') {
      if (!isDictionary(holder) || JSON.stringify(holder[last]) !== JSON.stringify(value))
        throw fault('value', 'is not what is there');
      continue;
    }
    if (!['add', 'replace', 'remove'].includes(op)) throw fault('op', 'is not possible here');
    if (!OPEN.includes(parts[0] ?? '') || !isDictionary(holder)) throw fault('path', 'cannot be changed');
    if (op === 'remove') {
      if (path !== '/label') throw fault('op', 'is not possible here');
      delete holder[last];
      continue;
    }
    const type = typeof (holder[last] ?? '');
    const wanted = parts.length === 1 ? schema.properties[last]?.type : type;
    if (typeof value !== wanted) throw fault('value', `must be ${wanted}`);
    holder[last] = value;
  }
  return next;
}
