import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { byToken } from '../graph/connection.ts';
import { connectionArgs, connectionOf } from '../graph/connection-type.ts';
import { rest } from '../graph/ledger.ts';
import { brand } from '../graph/node.ts';
import { asksOnly } from '../graph/selection.ts';
import { Bird } from './bird.ts';
import { askIn, type InWorkspace, MAX_PAGE, nextToken, operation, readKey, readResults } from './load.ts';
import { moment } from './moment.ts';
import type { components } from './openapi.gen.ts';
import { readList, workspaceNode } from './workspace-node.ts';

type Schemas = components['schemas'];

/** A Bird contact in its workspace. */
export type ContactRow = InWorkspace<Schemas['Contact']>;

/** What a message knows of its contact: enough to load it. */
export interface ContactRef {
  readonly workspaceId: string;
  readonly id: string;
}

const listContacts = operation('GET', '/workspaces/{workspaceId}/contacts');
const getContact = operation('GET', '/workspaces/{workspaceId}/contacts/{contactId}');
export const listIdentifiers = operation('GET', '/workspaces/{workspaceId}/contacts/{contactId}/identifiers');

export const BirdContact = workspaceNode<Schemas['Contact']>('BirdContact', {
  get: getContact,
  param: 'contactId',
  cached: true,
});

/** Fields of a contact that need nothing but its key. */
const FIELDS_FROM_KEY = ['id', 'nativeId', 'identifiers'];

/** A field that leads to a contact: no call when the query asks for its ids alone. */
export const contactField = <Row>(description: string, of: (row: Row) => ContactRef | undefined) => ({
  type: BirdContact,
  description,
  directives: rest(getContact),
  resolve: (
    row: Row,
    _args: object,
    context: Context,
    info: GraphQLResolveInfo,
  ): Promise<ContactRow | null> | null => {
    const ref = of(row);
    if (!ref) return null;
    return asksOnly(info, FIELDS_FROM_KEY)
      ? Promise.resolve(brand({ ...ref } as ContactRow, 'BirdContact'))
      : BirdContact.load(context, `${ref.workspaceId}/${ref.id}`);
  },
});

export const BirdContactIdentifier = builder
  .objectRef<Schemas['ContactIdentifier']>('BirdContactIdentifier')
  .implement({
    description: 'A number, an address or another key by which a contact is known.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'The kind, such as `phonenumber` or `emailaddress`.' }),
      value: t.exposeString('value', { description: 'The number or address itself.' }),
      properties: t.field({
        type: 'JSON',
        description: 'What else is known of it.',
        resolve: (row) => row.properties,
      }),
      createdAt: t.field(moment('When it was added.', (row) => row.createdAt)),
    }),
  });

const IdentifierConnection = connectionOf<Schemas['ContactIdentifier']>(
  BirdContactIdentifier,
  'BirdContactIdentifier',
);

const FeaturedIdentifier = builder
  .objectRef<{ key?: string; value?: string }>('BirdFeaturedIdentifier')
  .implement({
    description: 'An identifier that Bird shows with the contact.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'The kind, such as `phonenumber` or `emailaddress`.' }),
      value: t.exposeString('value', { description: 'The number or address itself.' }),
    }),
  });

builder.node(BirdContact, {
  id: { resolve: BirdContact.key },
  description: 'Somebody whom Bird knows by their identifiers.',
  fields: (t) => ({
    nativeId: t.string({ nullable: false, description: 'Its id at Bird.', resolve: (row) => row.id }),
    displayName: t.exposeString('computedDisplayName', {
      description: 'The name that Bird makes of what it knows.',
    }),
    featuredIdentifiers: t.field({
      type: [FeaturedIdentifier],
      description: 'The identifiers that Bird shows first.',
      resolve: (row) => row.featuredIdentifiers,
    }),
    identifierCount: t.exposeInt('identifierCount', { description: 'How many identifiers there are.' }),
    identifiers: t.field({
      type: IdentifierConnection,
      description: 'All identifiers.',
      directives: rest(listIdentifiers),
      args: connectionArgs,
      resolve: (row, args, context) =>
        byToken<Schemas['ContactIdentifier']>(args, {
          name: `bird identifiers ${row.id}`,
          max: MAX_PAGE,
          id: ({ key, value }) => `${key}/${value}`,
          read: async ({ limit, token }) => {
            const answer = await askIn(context, listIdentifiers, row.workspaceId, {
              params: { contactId: row.id },
              query: { limit, pageToken: token },
            });
            return {
              rows: readResults(answer, listIdentifiers) as Schemas['ContactIdentifier'][],
              next: nextToken(answer),
            };
          },
        }),
    }),
    attributes: t.field({
      type: 'JSON',
      description: 'What else is known of them, by key.',
      resolve: (row) => row.attributes,
    }),
    isAnonymous: t.exposeBoolean('isAnonymous', { description: 'True while nobody knows who it is.' }),
    listIds: t.exposeIDList('listIds', { description: 'Native ids of the lists it is on.' }),
    accountIds: t.exposeIDList('accountIds', { description: 'Native ids of the accounts it belongs to.' }),
    createdAt: t.field(moment('When it was made.', (row) => row.createdAt)),
    updatedAt: t.field(moment('When it was last changed.', (row) => row.updatedAt)),
  }),
});

const BirdContactConnection = connectionOf(BirdContact, 'BirdContact');

builder.objectFields(Bird, (t) => ({
  contacts: t.field({
    type: BirdContactConnection,
    description: 'The contacts of the workspace.',
    directives: rest(listContacts),
    args: { ...connectionArgs, reverse: t.arg.boolean({ description: 'The other way round.' }) },
    resolve: ({ workspaceId }, args, context) =>
      readList(context, BirdContact, listContacts, workspaceId, args, { reverse: args.reverse }),
  }),
  contact: t.field({
    type: BirdContact,
    description: 'One contact by its id; null when Bird does not know it.',
    directives: rest(getContact),
    args: { id: t.arg.id({ required: true, description: 'The global id of a BirdContact, or Bird’s own.' }) },
    resolve: ({ workspaceId }, { id }, context) =>
      BirdContact.load(context, readKey(id, 'id', 'BirdContact', workspaceId)),
  }),
}));
