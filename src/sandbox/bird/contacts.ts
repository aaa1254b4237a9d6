import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import { addIdentifiers, contactWith, newContact, refuseIdentifier, shownContact } from './contact.ts';
import { invalid, pageOf, rowAt } from './dialect.ts';

/** How contacts, and lists of contacts, differ from other rows. */
export const contactBehaviours: Record<string, Behaviour> = {
  Contact: {
    narrows: { attribute: false },
    shows: ({ attributes }, call) => shownContact(call.world, attributes, call.list('attribute')),
  },
  List: {
    shows({ id }, { world }) {
      const count = membersOf(world.bird.rows.all('Contact'), id).length;
      return { contactCount: count, counter: { count, updatedAt: world.clock.stamp() } };
    },
    removed({ id }, { world }) {
      for (const { attributes } of membersOf(world.bird.rows.all('Contact'), id))
        attributes.listIds = attributes.listIds.filter((one: string) => one !== id);
    },
  },
};

function membersOf(contacts: readonly Row[], listId: string): Row[] {
  return contacts.filter(({ attributes }) => attributes.listIds.includes(listId));
}

/** The operations on contacts, their identifiers and their lists. */
export function contactHandlers(collection: Collection): Record<string, Handler> {
  const contactAt = (call: Call) => rowAt(call.world, 'Contact', call.at('contactId'));
  const shown = (call: Call, status: number, contact: Row) => ({ ...collection.one(call, contact), status });
  const onList = (call: Call, change: (listIds: string[], listId: string) => string[]) => {
    const list = rowAt(call.world, 'List', call.at('listId'));
    const { contacts, identifiers } = call.body;
    const rows = [
      ...(contacts ?? []).flatMap((id: string) => call.world.bird.rows.get('Contact', id) ?? []),
      ...(identifiers ?? []).flatMap(
        ({ key, value }: Dictionary) => contactWith(call.world, key, value) ?? [],
      ),
    ];
    for (const { attributes } of rows) attributes.listIds = change(attributes.listIds, list.id);
    return { status: call.operation.success, body: { itemsProcessed: rows.length } };
  };
  return {
    'POST /workspaces/{workspaceId}/contacts': (call) => {
      const {
        displayName: name,
        identifiers = [],
        attributes = {},
        listIds = [],
        accountIds = [],
      } = call.body;
      return collection.one(
        call,
        newContact(call.world, identifiers, { name, attributes, listIds, accountIds }),
      );
    },

    'POST /workspaces/{workspaceId}/contacts/search': (call) => {
      const { identifier, platformAddress } = call.body;
      if (!identifier && platformAddress === undefined)
        throw invalid('body', '/identifier', 'is required unless platformAddress is given');
      const isWanted = ({ key, value }: Dictionary) =>
        identifier ? key === identifier.key && value === identifier.value : value === platformAddress;
      const found = call.world.bird.rows
        .all('Contact')
        .filter(({ attributes }) => attributes.identifiers.some(isWanted));
      return { status: 200, body: { results: found.map((contact) => collection.shown(call, contact)) } };
    },

    'PATCH /workspaces/{workspaceId}/contacts/identifiers/{key}/{value}': (call) => {
      const { world, body } = call;
      const own = { key: call.at('key'), value: call.at('value') };
      // path parts are taken as they come: an encoded `@` is no `@`
      if (own.value.includes('%')) refuseIdentifier({ key: 'emailaddress', value: own.value }, '/value');
      refuseIdentifier(own, '/value');
      const { strategy = 'strict_alias' } = body;
      const more: Dictionary[] =
        strategy === 'first' ? [] : [...(body.addIdentifiers ?? []), ...(body.identifiers ?? [])];
      const owners = [own, ...more].flatMap(({ key, value }) => contactWith(world, key, value) ?? []);
      if (strategy === 'strict_alias' && new Set(owners).size > 1)
        throw new Refusal(409, 'AmbiguousIdentifiers', 'The identifiers belong to different contacts');
      const free = [own, ...more].filter(({ key, value }) => !contactWith(world, key, value));
      const [existing] = owners;
      const contact = existing ?? newContact(world, [own], {});
      change(call, contact, { ...body, addIdentifiers: strategy === 'first' ? [] : free, identifiers: null });
      return shown(call, existing ? 200 : 201, contact);
    },

    'PATCH /workspaces/{workspaceId}/contacts/{contactId}': (call) => {
      const contact = contactAt(call);
      change(call, contact, call.body);
      return shown(call, 200, contact);
    },

    'GET /workspaces/{workspaceId}/contacts/{contactId}/lists': (call) => {
      const { attributes } = contactAt(call);
      const isOn = ({ id }: Row) => attributes.listIds.includes(id);
      return collection.list(call, 'List', call.world.bird.rows.all('List').filter(isOn));
    },

    'GET /workspaces/{workspaceId}/contacts/{contactId}/identifiers': (call) => {
      const { id: contactId, attributes } = contactAt(call);
      const keyOf = ({ createdAt, key, value }: Dictionary): [string, string] => [
        createdAt,
        `${key} ${value}`,
      ];
      const body = pageOf<Dictionary>(call, attributes.identifiers, keyOf, (one) => ({ contactId, ...one }));
      return { status: 200, body };
    },

    'POST /workspaces/{workspaceId}/contacts/{contactId}/identifiers': (call) => {
      const contact = contactAt(call);
      const { key, value } = call.body;
      const isSame = (one: Dictionary) => one.key === key && one.value === value;
      const had = contact.attributes.identifiers.find(isSame);
      const [added = had] = addIdentifiers(call.world, contact, [call.body]);
      contact.attributes.updatedAt = call.world.clock.stamp();
      return { status: 201, body: { contactId: contact.id, ...added } };
    },

    'DELETE /workspaces/{workspaceId}/contacts/{contactId}/identifiers': (call) => {
      const { attributes } = contactAt(call);
      const { key, value } = call.body;
      const at = attributes.identifiers.findIndex(
        (one: Dictionary) => one.key === key && one.value === value,
      );
      if (at < 0) throw notFound('identifier');
      attributes.identifiers.splice(at, 1);
      attributes.updatedAt = call.world.clock.stamp();
      return { status: 204 };
    },

    'GET /workspaces/{workspaceId}/lists/{listId}/contacts': (call) => {
      const { id } = rowAt(call.world, 'List', call.at('listId'));
      return collection.list(call, 'Contact', membersOf(call.world.bird.rows.all('Contact'), id));
    },

    'POST /workspaces/{workspaceId}/lists/{listId}/contacts': (call) =>
      onList(call, (listIds, id) => united(listIds, [id], [])),

    'DELETE /workspaces/{workspaceId}/lists/{listId}/contacts': (call) =>
      onList(call, (listIds, id) => united(listIds, [], [id])),
  };
}

function change({ world }: Call, contact: Row, update: Dictionary): void {
  const { attributes } = contact;
  const { removeIdentifiers = [], addToLists, removeFromLists, addToAccounts, removeFromAccounts } = update;
  addIdentifiers(world, contact, [...(update.addIdentifiers ?? []), ...(update.identifiers ?? [])]);
  attributes.identifiers = attributes.identifiers.filter(
    (one: Dictionary) =>
      !removeIdentifiers.some(({ key, value }: Dictionary) => one.key === key && one.value === value),
  );
  Object.assign(attributes.attributes, update.attributes ?? {});
  for (const [name, value] of Object.entries(attributes.attributes))
    if (value === null) delete attributes.attributes[name];
  attributes.listIds = united(update.listIds ?? attributes.listIds, addToLists, removeFromLists);
  attributes.accountIds = united(
    update.accountIds ?? attributes.accountIds,
    addToAccounts,
    removeFromAccounts,
  );
  attributes.updatedAt = world.clock.stamp();
}

function united(now: string[], added: string[] = [], removed: string[] = []): string[] {
  return [...new Set([...now, ...added])].filter((id) => !removed.includes(id));
}
