import { globalId } from '../../src/graph/ids.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';

/** The path of the workspace that a test's Bird is configured with. */
export const WORKSPACE = `/workspaces/${WORKSPACE_ID}`;

/** The global id of something of Bird's by the words its native ids are made of. */
export const birdId = (typename: string, ...names: readonly string[]): string =>
  globalId(typename, [WORKSPACE_ID, ...names.map(idOf)].join('/'));

export const birdChannel = (name: string, more: object = {}) => ({
  id: idOf(name),
  name: `Line ${name}`,
  status: 'active',
  platformId: 'sms',
  ...more,
});

/** A message that went out over a channel. */
export const birdMessage = (name: string, channel: string, more: object = {}) => ({
  id: idOf(name),
  channelId: idOf(channel),
  direction: 'outgoing',
  sender: { connector: { id: idOf('connector') } },
  receiver: { contacts: [] },
  body: { type: 'text', text: { text: `words of ${name}` } },
  status: 'accepted',
  lastStatusAt: '2026-01-01T00:00:00Z',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  ...more,
});

/** A contact with these identifiers, by key and value. */
export const birdContact = (
  name: string,
  identifiers: readonly (readonly [string, string])[],
  more: object = {},
) => ({
  id: idOf(name),
  computedDisplayName: name,
  featuredIdentifiers: identifiers.map(([key, value]) => ({ key, value })),
  identifierCount: identifiers.length,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  ...more,
});
