import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { writeValues } from '../graph/input.ts';
import { rest } from '../graph/ledger.ts';
import { isAbsent } from '../upstream/errors.ts';
import { inputType } from './bird.ts';
import { Bird, dialect } from './dialect.ts';
import { askIn, operation, readRows } from './load.ts';
import type { components } from './openapi.gen.ts';
import { BirdContact, type ContactRow } from './resources/contact.ts';

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
    const rows = readRows<ContactRow>(answer, workspaceId, 'BirdContact', searchContacts);
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
      identifier: t.arg({
        type: inputType('IdentifierInput'),
        description: 'One of the identifiers that the contact has.',
      }),
      platformAddress: t.arg.string({ description: 'The address on a platform.' }),
    },
    resolve: ({ workspaceId }, args, context) => {
      if (!args.identifier === !args.platformAddress)
        throw new InputError('identifier', 'or platformAddress is needed, and not both');
      const { properties = {} } = dialect.contract.component('ContactSearch');
      return findContacts(context, workspaceId, writeValues(dialect, args, properties));
    },
  }),
);
