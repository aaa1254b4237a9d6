import type { Clock } from '../clock.ts';
import type { Contract } from '../contract.ts';
import type { Dictionary } from '../dictionary.ts';
import type { Files } from '../files.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { Rows, rowOf } from '../row.ts';
import { channelsAtStart, connectorsAtStart, groupsAtStart } from './channels-at-start.ts';
import { contactsAtStart, listId } from './contacts-at-start.ts';
import { messagesAtStart } from './messages-at-start.ts';
import { subscriptionsAtStart } from './webhook-subscriptions.ts';

/** Bird's side of the world: one workspace. */
export interface BirdWorld {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly accessKey: string;
  /** A key whose role allows reading only. */
  readonly readOnlyKey: string;
  readonly signingKey: string;
  /** The application that may send tracked events. */
  readonly application: {
    readonly id: string;
    readonly signature: string;
    readonly writeKey: string;
    readonly connectorId: string;
    readonly endpoint: string;
  };
  /** The tracked events that came in, the latest last. */
  readonly events: Dictionary[];
  readonly rows: Rows;
}

/** A picture of one pixel. */
const PHOTO = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The workspace at the start: the people and what they say, and of everything else the rows its contract has as examples. */
export function birdWorld(
  contract: Contract,
  people: readonly Person[],
  tools: { id: IdOf; clock: Clock; random: Random; files: Files; edge: string },
): BirdWorld {
  const { id, clock, random, files, edge } = tools;
  const rows = new Rows();
  const workspaceId = id('bird-workspace');
  const channels = channelsAtStart(id, clock).sort((a, b) =>
    a.attributes.createdAt.localeCompare(b.attributes.createdAt),
  );
  const contacts = contactsAtStart(people, id, clock, random);
  const byKey = new Map(
    people.flatMap(({ key }) => {
      const contact = contacts.find((one) => one.id === id('bird-contact', key));
      return contact ? [[key, contact] as const] : [];
    }),
  );
  const photo = `messages/${id('bird-message', 'showcase', 'photo')}/${id('bird-file', 'photo')}`;
  files.put(photo, { type: 'image/gif', data: PHOTO });
  const messages = messagesAtStart(people, channels, byKey, { ...tools, photoUrl: files.linkTo(photo) });
  const examples = (type: string): Dictionary[] => contract.schemas[type]?.examples ?? [];
  for (const row of [
    ...channels,
    ...connectorsAtStart(channels, workspaceId),
    ...groupsAtStart(id, clock),
    ...contacts,
    ...messages,
    ...subscriptionsAtStart(id, clock),
    ...examples('List').map((example, index) =>
      rowOf('List', listId(id, index), {
        ...example,
        createdAt: clock.ago((9 + index) * 1440),
        updatedAt: clock.ago(1440),
      }),
    ),
    ...[
      ...examples('AttributeDefinition'),
      ...attributesInUse(examples('AttributeDefinition'), contacts),
    ].map((example) => rowOf('AttributeDefinition', id('bird-attribute', example.key), example)),
  ])
    rows.add(row);
  rows.seal();
  const [first] = channels;
  return {
    organizationId: id('bird-organization'),
    workspaceId,
    accessKey: `sandbox-${id('bird-access-key').slice(0, 13)}`,
    readOnlyKey: `sandbox-read-only-${id('bird-read-only-key').slice(0, 13)}`,
    signingKey: `sandbox-${id('bird-signing-key').slice(0, 13)}`,
    application: {
      id: id('bird-application'),
      signature: `2026-01-15T08-33-12_${id('bird-application', 'signature').slice(0, 8)}`,
      writeKey: `sandbox-${id('bird-write-key').slice(0, 13)}`,
      connectorId: first?.attributes.connectorId,
      endpoint: `${edge}/tracking/track`,
    },
    events: [],
    rows,
  };
}

/** What contacts have and no example of the contract defines comes with the product. */
function attributesInUse(
  defined: readonly Dictionary[],
  contacts: readonly { attributes: Dictionary }[],
): Dictionary[] {
  const [builtin = {}] = defined;
  const types: Record<string, string> = { boolean: 'boolean', number: 'number' };
  const values = new Map<string, unknown>(
    contacts.flatMap(({ attributes }) => Object.entries(attributes.attributes)),
  );
  return [...values]
    .filter(([key]) => !defined.some((one) => one.key === key))
    .map(([key, value]) => ({
      ...builtin,
      key,
      displayName: key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
      type: types[typeof value] ?? 'string',
      cardinality: Array.isArray(value) ? 'many' : 'one',
    }));
}
