import { globalId } from '../graph/ids.ts';
import { mutation } from '../graph/mutation.ts';
import { BirdContactIdentifier } from './contact.ts';
import { change, target } from './contact-change.ts';
import { operation } from './load.ts';
import { omitNullish } from './omit-nullish.ts';
import type { components } from './openapi.gen.ts';

type Schemas = components['schemas'];

const createIdentifier = operation('POST', '/workspaces/{workspaceId}/contacts/{contactId}/identifiers');
const deleteIdentifier = operation('DELETE', '/workspaces/{workspaceId}/contacts/{contactId}/identifiers');

mutation('addBirdContactIdentifier', {
  description: 'Adds an identifier to a contact.',
  operations: [createIdentifier],
  input: (t) => ({
    contactId: t.id({ required: true, description: 'The global id of a BirdContact, or Bird’s own.' }),
    key: t.string({ required: true, description: 'The kind, such as `phonenumber`.' }),
    value: t.string({ required: true, description: 'The number or address itself.' }),
    properties: t.field({ type: 'JSON', description: 'What else is known of it.' }),
  }),
  resolve: async ({ contactId: id, ...input }, context) => {
    const contact = target(context, id, 'input.contactId');
    const { body } = await change(context, contact, createIdentifier, omitNullish(input));
    return { identifier: (body ?? input) as Schemas['ContactIdentifier'] };
  },
  payload: (t) => ({
    identifier: t.expose('identifier', { type: BirdContactIdentifier, description: 'The new identifier.' }),
  }),
});

mutation('removeBirdContactIdentifier', {
  description: 'Takes an identifier away from a contact.',
  operations: [deleteIdentifier],
  input: (t) => ({
    contactId: t.id({ required: true, description: 'The global id of a BirdContact, or Bird’s own.' }),
    key: t.string({ required: true, description: 'The kind, such as `phonenumber`.' }),
    value: t.string({ required: true, description: 'The number or address itself.' }),
  }),
  resolve: async ({ contactId: id, ...body }, context) => {
    const contact = target(context, id, 'input.contactId');
    await change(context, contact, deleteIdentifier, body);
    return { contactId: globalId('BirdContact', contact.key) };
  },
  payload: (t) => ({ contactId: t.exposeID('contactId', { description: 'The global id of the contact.' }) }),
});
