import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { rest } from '../graph/ledger.ts';
import { isAbsent } from '../upstream/errors.ts';
import { Bird } from './bird.ts';
import { BirdContact, type ContactRow } from './contact.ts';
import { IdentifierInput } from './contact-change.ts';
import { askIn, operation, readRows } from './load.ts';
import type { components } from './openapi.gen.ts';

type Schemas = components['schemas'];

export const searchContacts = operation('POST', '/workspaces/{workspaceId}/contacts/search', true);

/** The contacts that have an identifier. */
export const findContacts = async (
  context: Context,
  workspaceId: string,
  by: Schemas['ContactSearch'],
): Promise<ContactRow[]> => {
  try {
    const answer = await askIn(context, searchContacts, workspaceId, {
      body: by,
      inputPath: (field) => field,
    });
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
