import type { InputFieldBuilder } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { globalId } from '../graph/ids.ts';
import { mutation } from '../graph/mutation.ts';
import { BirdContact, type ContactRow } from './contact.ts';
import { change, IdentifierInput, inputPath, target } from './contact-change.ts';
import { askIn, operation, readRow } from './load.ts';
import { omitNullish } from './omit-nullish.ts';
import { workspaceField, workspaceOf } from './workspace.ts';

const createContact = operation('POST', '/workspaces/{workspaceId}/contacts');
const updateContact = operation('PATCH', '/workspaces/{workspaceId}/contacts/{contactId}');
const upsertContact = operation('PATCH', '/workspaces/{workspaceId}/contacts/identifiers/{key}/{value}');
const deleteContact = operation('DELETE', '/workspaces/{workspaceId}/contacts/{contactId}');

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
  const body = omitNullish({
    ...values,
    addIdentifiers: values.addIdentifiers?.map(omitNullish),
    removeIdentifiers: values.removeIdentifiers?.map(({ key, value }) => ({ key, value })),
  });
  if (Object.keys(body).length === 0) throw new InputError('input', 'changes nothing');
  return body;
};

const contactPayload = {
  contact: { type: BirdContact, description: 'The contact as it is now.' },
} as const;

interface ContactPayload {
  readonly contact: ContactRow;
}

const keep = (context: Context, contact: ContactRow): ContactPayload => {
  // It may have been there before, and be under way to somebody as it was.
  BirdContact.forget(context, BirdContact.key(contact));
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
    const body = omitNullish({ ...input, identifiers: input.identifiers?.map(omitNullish) });
    const answer = await askIn(context, createContact, workspaceId, { body, inputPath });
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
    const answer = await askIn(context, upsertContact, workspaceId, {
      params: { key, value },
      body,
      inputPath,
    });
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
