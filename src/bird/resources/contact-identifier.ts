import { action } from '../../graph/verbs/action.ts';
import { list } from '../../graph/verbs/list.ts';
import { remove } from '../../graph/verbs/remove.ts';
import { resource } from '../bird.ts';
import { BirdContact } from './contact.ts';

const PATH = '/workspaces/{workspaceId}/contacts/{contactId}/identifiers';

export const BirdContactIdentifier = resource('BirdContactIdentifier', PATH);

/** The list of a contact’s identifiers. */
export const identifiers = list(BirdContactIdentifier).under(BirdContact);

action(BirdContact, 'identifiers', {
  name: 'addBirdContactIdentifier',
  id: 'contactId',
  as: 'identifier',
});
remove(BirdContact, { path: PATH, name: 'removeBirdContactIdentifier', id: 'contactId' });
