import { invalid } from './answers.ts';
import type { Channel } from './rows.ts';

interface Step {
  op: string;
  path: string;
  value?: unknown;
}

/** What can be changed of a channel, by the path a JSON Patch names it with. */
const TEXTS = { '/name': 'name', '/label': 'label', '/subscription-type': 'subscriptionType' } as const;
const FLAGS = {
  '/archived': 'archived',
  '/floating': 'floating',
  '/group-provider-ack': 'groupProviderAck',
  '/event-settings/enabled': 'eventsEnabled',
} as const;

/** What a JSON Patch list makes of a channel; a 400 names the step that cannot be taken, and then none is. */
export function patched(channel: Channel, steps: readonly Step[]): Partial<Channel> {
  const next: Partial<Channel> = {};
  for (const [index, { op, path, value }] of steps.entries()) {
    const at = `/data/attributes/${index}`;
    if (op === 'test') {
      if (readAt({ ...channel, ...next }, path) !== value)
        throw invalid('body', `${at}/value`, 'is not what is there');
      continue;
    }
    if (op === 'remove' && path === '/label') {
      next.label = undefined;
      continue;
    }
    if (op !== 'replace' && op !== 'add') throw invalid('body', `${at}/op`, 'is not possible here');
    if (isOf(TEXTS, path)) {
      if (typeof value !== 'string') throw invalid('body', `${at}/value`, 'must be string');
      next[TEXTS[path]] = value;
    } else if (isOf(FLAGS, path)) {
      if (typeof value !== 'boolean') throw invalid('body', `${at}/value`, 'must be boolean');
      next[FLAGS[path]] = value;
    } else throw invalid('body', `${at}/path`, 'cannot be changed');
  }
  return next;
}

function isOf<Table extends object>(table: Table, path: string): path is Extract<keyof Table, string> {
  return Object.hasOwn(table, path);
}

function readAt(channel: Channel, path: string): unknown {
  if (isOf(TEXTS, path)) return channel[TEXTS[path]];
  return isOf(FLAGS, path) ? channel[FLAGS[path]] : undefined;
}
