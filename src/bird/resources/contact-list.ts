import { InputError } from '../../graph/errors.ts';
import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { remove } from '../../graph/verbs/remove.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../bird.ts';
import { BirdContact } from './contact.ts';

const CONTACTS = '/workspaces/{workspaceId}/lists/{listId}/contacts';

export const BirdList = resource('BirdList', '/workspaces/{workspaceId}/lists/{listId}');

list(BirdList);
list(BirdList, { path: '/workspaces/{workspaceId}/contacts/{contactId}/lists' }).under(BirdContact);
list(BirdContact, { path: CONTACTS }).under(BirdList);
create(BirdList);
update(BirdList);
remove(BirdList);

/** Bird takes ids and identifiers together, up to a number. */
const check = ({ contacts, identifiers }: Record<string, unknown>): void => {
  const count = [contacts, identifiers].reduce<number>(
    (sum, named) => sum + (Array.isArray(named) ? named.length : 0),
    0,
  );
  if (count === 0) throw new InputError('input.contacts', 'or identifiers must name somebody');
  if (count > 100) throw new InputError('input.contacts', 'and identifiers must be at most 100 together');
};

action(BirdList, 'contacts', { name: 'addBirdListContacts', id: 'listId', check });
remove(BirdList, { path: CONTACTS, name: 'removeBirdListContacts', id: 'listId', check });
