import { builder } from '../../builder.ts';
import { InputError, refuseEmpty } from '../../graph/errors.ts';
import { type Claim, rest } from '../../graph/ledger.ts';
import { PERSONAL } from '../../graph/personal.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { remove } from '../../graph/verbs/remove.ts';
import { readByKey } from '../../graph/verbs/resource.ts';
import { update } from '../../graph/verbs/update.ts';
import { weighs } from '../../graph/weight.ts';
import { command, resource } from '../bird.ts';
import { dialect } from '../dialect.ts';
import { type ThingRef, thingField } from '../load.ts';
import type { RowOf } from '../types.ts';

/** A Bird contact in its workspace. */
export type ContactRow = RowOf<'/workspaces/{workspaceId}/contacts/{contactId}'>;

/** What a message knows of its contact: enough to load it. */
export type ContactRef = ThingRef;

export const BirdContact = resource('BirdContact', '/workspaces/{workspaceId}/contacts/{contactId}', {
  cached: true,
  hide: ['attributes', 'listIds'],
  hideParameters: ['attribute'],
  fields: (t) => ({
    listIds: t.exposeIDList('listIds', { description: 'Native ids of the lists that the contact is on.' }),
  }),
});

/** The contacts of a workspace, page by page. */
export const contacts = list(BirdContact);
create(BirdContact);
update(BirdContact);
remove(BirdContact);

command('upsertBirdContact', '/workspaces/{workspaceId}/contacts/identifiers/{key}/{value}', {
  method: 'PATCH',
  owner: BirdContact.name,
  check: (input) => {
    for (const name of ['key', 'value']) {
      // Bird takes path values as they stand, so one that would have to be encoded cannot be said.
      if (!/^[\w.~!$&'()*+,;=:@-]+$/.test(String(input[name])))
        throw new InputError(`input.${name}`, 'has a character that Bird’s path cannot hold');
    }
  },
});

builder.objectField(BirdContact, 'attributes', (t) =>
  t.field({
    type: 'JSON',
    description:
      'What else is known about the contact, by key. Empty attributes are left out unless they are asked for by `keys`.',
    directives: rest(BirdContact),
    extensions: {
      ...PERSONAL,
      ...weighs((asked) => (asked.arg('keys') == null ? {} : { calls: { bird: 1 } })),
    },
    args: {
      keys: t.arg.stringList({
        description:
          'Attributes to return beside all that are not empty: an empty one is then null. Bird is asked anew for each contact.',
      }),
    },
    resolve: async (row, { keys }, context) => {
      if (!keys) return row.attributes;
      refuseEmpty({ keys });
      const [getContact] = BirdContact.operations as readonly [Claim];
      const asked = await readByKey(dialect, context, getContact, BirdContact, BirdContact.key(row), {
        attribute: keys,
      });
      return asked?.attributes;
    },
  }),
);

/** A field that leads to a contact: no call when the query asks for its ids alone. */
export const contactField = <Row>(description: string, of: (row: Row) => ContactRef | undefined) =>
  thingField(BirdContact, description, of);
