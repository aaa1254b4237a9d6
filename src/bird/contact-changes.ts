import type { InputFieldBuilder } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { globalId, isUuid } from '../graph/ids.ts';
import { type Claim, rest } from '../graph/ledger.ts';
import { mutation } from '../graph/mutation.ts';
import { isAbsent } from '../upstream/errors.ts';
import type { Answer } from '../upstream/send.ts';
import { Bird } from './bird.ts';
import { BirdContact, BirdContactIdentifier, type ContactRow } from './contact.ts';
import { given } from './given.ts';
import { askIn, operation, readKey, readRow, readRows } from './load.ts';
import type { components } from './openapi.gen.ts';

type Schemas = components['schemas'];

const createContact = operation('POST', '/workspaces/{workspaceId}/contacts');
const updateContact = operation('PATCH', '/workspaces/{workspaceId}/contacts/{contactId}');
const upsertContact = operation('PATCH', '/workspaces/{workspaceId}/contacts/identifiers/{key}/{value}');
const deleteContact = operation('DELETE', '/workspaces/{workspaceId}/contacts/{contactId}');
export const searchContacts = operation('POST', '/workspaces/{workspaceId}/contacts/search', true);
const createIdentifier = operation('POST', '/workspaces/{workspaceId}/contacts/{contactId}/identifiers');
const deleteIdentifier = operation('DELETE', '/workspaces/{workspaceId}/contacts/{contactId}/identifiers');

const IdentifierInput = builder.inputType('BirdIdentifierInput', {
  description: 'A number, an address or another key by which a contact is known.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The kind, such as `phonenumber` or `emailaddress`.' }),
    value: t.string({ required: true, description: 'The number or address itself.' }),
    properties: t.field({ type: 'JSON', description: 'What else is known of it.' }),
  }),
});

const Strategy = builder.enumType('BirdContactStrategy', {
  description: 'What to do when the given identifiers lead to several contacts.',
  values: {
    STRICT_ALIAS: {
      value: 'strict_alias',
      description: 'All must lead to one contact; unknown ones are added to it.',
    },
    FIRST_ALIAS: {
      value: 'first_alias',
      description: 'The first match wins; adding the others may fail silently.',
    },
    FIRST: { value: 'first', description: 'The first match wins; nothing is added.' },
  } as const,
});

type Fields = InputFieldBuilder<BuilderTypes, 'InputObject'>;

const workspaceField = (t: Fields) =>
  t.id({ description: 'Native id of the workspace; by default the configured one.' });

const updateFields = (t: Fields) => ({
  attributes: t.field({ type: 'JSON', description: 'Attributes to set, by key.' }),
  addIdentifiers: t.field({ type: [IdentifierInput], description: 'Identifiers to add.' }),
  removeIdentifiers: t.field({ type: [IdentifierInput], description: 'Identifiers to take away.' }),
  addToLists: t.idList({ description: 'Native ids of lists to add the contact to.' }),
  removeFromLists: t.idList({ description: 'Native ids of lists to take the contact off.' }),
  listIds: t.idList({ description: 'Native ids of all lists the contact is to be on.' }),
  addToAccounts: t.idList({ description: 'Native ids of accounts to add the contact to.' }),
  removeFromAccounts: t.idList({ description: 'Native ids of accounts to take the contact out of.' }),
  accountIds: t.idList({ description: 'Native ids of all accounts the contact is to be in.' }),
  allowWritingReadOnly: t.boolean({
    description: 'Writes read-only attributes too; Bird lets only flows do so.',
  }),
  strategy: t.field({ type: Strategy, description: 'What to do when identifiers lead to several contacts.' }),
});

interface Identifier {
  readonly key: string;
  readonly value: string;
}

interface Update {
  readonly addIdentifiers?: readonly Identifier[] | null | undefined;
  readonly removeIdentifiers?: readonly Identifier[] | null | undefined;
}

/** The body of an update; Bird takes no properties of an identifier that is taken away. */
const updateBody = (values: Update): Record<string, unknown> => {
  const body = given({
    ...values,
    addIdentifiers: values.addIdentifiers?.map(given),
    removeIdentifiers: values.removeIdentifiers?.map(({ key, value }) => ({ key, value })),
  });
  if (Object.keys(body).length === 0) throw new InputError('input', 'changes nothing');
  return body;
};

/** Bird's names of fields are the input's, but for what stands inside them. */
const blame = (field: string): string | undefined => {
  const name = /^[\w-]+/.exec(field.replace(/^body\./, ''))?.[0];
  return name === undefined ? undefined : `input.${name}`;
};

const workspaceOf = (context: Context, value: string | null | undefined): string => {
  if (value == null) return context.parts.bird?.workspaceId ?? '';
  if (!isUuid(value)) throw new InputError('input.workspaceId', 'is not a native id');
  return value;
};

/** The workspace and the id that the input names. */
const target = (context: Context, value: string, field: string) => {
  const key = readKey(value, field, 'BirdContact', workspaceOf(context, undefined));
  const [workspaceId = '', contactId = ''] = key.split('/');
  return { key, workspaceId, contactId };
};

/** Makes a change to a contact. Whoever reads it afterwards asks Bird anew, whatever came of the change. */
const change = async (
  context: Context,
  { key, workspaceId, contactId }: ReturnType<typeof target>,
  operation: Claim,
  body?: object,
): Promise<Answer> => {
  try {
    return await askIn(context, operation, workspaceId, { params: { contactId }, body, blame });
  } finally {
    BirdContact.forget(context, key);
  }
};

const contactPayload = {
  contact: { type: BirdContact, description: 'The contact as it is now.' },
} as const;

interface ContactPayload {
  readonly contact: ContactRow;
}

const keep = (context: Context, contact: ContactRow): ContactPayload => {
  BirdContact.prime(context, contact);
  return { contact };
};

mutation('createBirdContact', {
  description: 'Creates a contact. Bird refuses an identifier that another contact has.',
  operations: [createContact],
  input: (t) => ({
    workspaceId: workspaceField(t),
    displayName: t.string({ required: true, description: 'The name to show, 1 to 150 characters.' }),
    identifiers: t.field({ type: [IdentifierInput], description: 'How the contact is known.' }),
    attributes: t.field({ type: 'JSON', description: 'What else is known, by key.' }),
    listIds: t.idList({ description: 'Native ids of lists to put the contact on.' }),
    accountIds: t.idList({ description: 'Native ids of accounts the contact belongs to.' }),
    companyRefs: t.field({
      type: 'JSON',
      description: 'Companies the contact belongs to, as Bird takes them.',
    }),
  }),
  resolve: async ({ workspaceId: of, ...input }, context): Promise<ContactPayload> => {
    const workspaceId = workspaceOf(context, of);
    if (input.displayName.length < 1 || input.displayName.length > 150) {
      throw new InputError('input.displayName', 'must have 1 to 150 characters');
    }
    const body = given({ ...input, identifiers: input.identifiers?.map(given) });
    const answer = await askIn(context, createContact, workspaceId, { body, blame });
    return keep(context, readRow(answer, workspaceId, 'BirdContact', createContact));
  },
  payload: (t) => ({ contact: t.expose('contact', contactPayload.contact) }),
});

mutation('updateBirdContact', {
  description: 'Changes a contact.',
  operations: [updateContact],
  input: (t) => ({
    id: t.id({ required: true, description: 'The global id of a BirdContact, or Bird’s own.' }),
    ...updateFields(t),
  }),
  resolve: async ({ id, ...input }, context): Promise<ContactPayload> => {
    const contact = target(context, id, 'input.id');
    const answer = await change(context, contact, updateContact, updateBody(input));
    return keep(context, readRow(answer, contact.workspaceId, 'BirdContact', updateContact));
  },
  payload: (t) => ({ contact: t.expose('contact', contactPayload.contact) }),
});

mutation('upsertBirdContact', {
  description: 'Changes the contact that has an identifier, or creates it.',
  operations: [upsertContact],
  input: (t) => ({
    workspaceId: workspaceField(t),
    key: t.string({ required: true, description: 'The kind of identifier, such as `phonenumber`.' }),
    value: t.string({ required: true, description: 'The number or address itself.' }),
    ...updateFields(t),
  }),
  resolve: async ({ workspaceId: of, key, value, ...input }, context): Promise<ContactPayload> => {
    const workspaceId = workspaceOf(context, of);
    const body = updateBody(input);
    for (const [name, part] of Object.entries({ key, value })) {
      // Bird takes path values as they stand, so one that would have to be encoded cannot be said.
      if (!/^(?!\.{1,2}$)[\w.~!$&'()*+,;=:@-]+$/.test(part))
        throw new InputError(`input.${name}`, 'has a character Bird’s path cannot hold');
    }
    const answer = await askIn(context, upsertContact, workspaceId, { params: { key, value }, body, blame });
    return keep(context, readRow(answer, workspaceId, 'BirdContact', upsertContact));
  },
  payload: (t) => ({ contact: t.expose('contact', contactPayload.contact) }),
});

mutation('deleteBirdContact', {
  description: 'Deletes a contact.',
  operations: [deleteContact],
  input: (t) => ({
    id: t.id({ required: true, description: 'The global id of a BirdContact, or Bird’s own.' }),
  }),
  resolve: async ({ id }, context): Promise<{ readonly id: string }> => {
    const contact = target(context, id, 'input.id');
    await change(context, contact, deleteContact);
    return { id: globalId('BirdContact', contact.key) };
  },
  payload: (t) => ({ id: t.exposeID('id', { description: 'The global id of the contact that was.' }) }),
});

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
    const { body } = await change(context, contact, createIdentifier, given(input));
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

/** The contacts that have an identifier. */
export const findContacts = async (
  context: Context,
  workspaceId: string,
  by: Schemas['ContactSearch'],
): Promise<ContactRow[]> => {
  try {
    const answer = await askIn(context, searchContacts, workspaceId, { body: by, blame: (field) => field });
    const rows = readRows<Schemas['Contact']>(answer, workspaceId, 'BirdContact', searchContacts);
    for (const row of rows) BirdContact.prime(context, row);
    return rows;
  } catch (error) {
    // Bird documents 404 here too, without saying whether for an unknown workspace or for nobody found.
    if (isAbsent(error)) return [];
    throw error;
  }
};

builder.objectField(Bird, 'searchContacts', (t) =>
  t.field({
    type: [BirdContact],
    description: 'The contacts that have an identifier, or an address on a platform.',
    directives: rest(searchContacts),
    args: {
      identifier: t.arg({ type: IdentifierInput, description: 'The identifier.' }),
      platformAddress: t.arg.string({ description: 'The address on a platform.' }),
    },
    resolve: ({ workspaceId }, { identifier, platformAddress }, context) => {
      if (!identifier === !platformAddress)
        throw new InputError('identifier', 'or platformAddress is needed, and not both');
      return findContacts(context, workspaceId, {
        ...(identifier && { identifier: { key: identifier.key, value: identifier.value } }),
        ...(platformAddress && { platformAddress }),
      });
    },
  }),
);
