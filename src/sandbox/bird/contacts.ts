import type { Call, Handler } from '../call.ts';
import { notFound, Refusal } from '../refusal.ts';
import {
  addIdentifiers,
  contactWith,
  type Given,
  newContact,
  refuseIdentifier,
  shownContact,
} from './contact.ts';
import { pageOf } from './page.ts';
import type { Contact } from './rows.ts';

interface Create {
  displayName: string;
  identifiers?: Given[];
  attributes?: Contact['attributes'];
  listIds?: string[];
  accountIds?: string[];
}

interface Update {
  attributes?: Contact['attributes'] | null;
  addIdentifiers?: Given[];
  removeIdentifiers?: Given[];
  identifiers?: Given[] | null;
  addToLists?: string[];
  removeFromLists?: string[];
  listIds?: string[];
  addToAccounts?: string[];
  removeFromAccounts?: string[];
  accountIds?: string[];
  strategy?: 'strict_alias' | 'first_alias' | 'first';
}

/** The operations on contacts. */
export const contactHandlers: Record<string, Handler> = {
  'GET /workspaces/{workspaceId}/contacts': (call) => {
    const page = pageOf(call, call.world.bird.contacts.all());
    return {
      status: 200,
      body: { ...page, results: page.results.map((contact) => shownContact(call.world, contact)) },
    };
  },

  'POST /workspaces/{workspaceId}/contacts': (call) => {
    const {
      displayName,
      identifiers = [],
      attributes = {},
      listIds = [],
      accountIds = [],
    } = call.body<Create>();
    const contact = newContact(call.world, {
      name: displayName,
      identifiers,
      attributes,
      listIds,
      accountIds,
    });
    return { status: 201, body: shownContact(call.world, contact) };
  },

  'POST /workspaces/{workspaceId}/contacts/search': (call) => {
    const { identifier, platformAddress } = call.body<{ identifier?: Given; platformAddress?: string }>();
    if (!identifier && platformAddress === undefined)
      throw new Refusal(422, 'InvalidPayload', 'The request did not pass validation', [
        { in: 'body', name: '/identifier', says: 'is required unless platformAddress is given' },
      ]);
    const found = call.world.bird.contacts
      .all()
      .filter(({ identifiers }) =>
        identifiers.some(({ key, value }) =>
          identifier ? key === identifier.key && value === identifier.value : value === platformAddress,
        ),
      );
    return { status: 200, body: { results: found.map((contact) => shownContact(call.world, contact)) } };
  },

  'PATCH /workspaces/{workspaceId}/contacts/identifiers/{key}/{value}': (call) => {
    const { world } = call;
    const own = { key: call.at('key'), value: call.at('value') };
    // path parts are taken as they come: an encoded `@` is no `@`
    if (own.value.includes('%')) refuseIdentifier({ key: 'emailaddress', value: own.value }, '/value');
    refuseIdentifier(own, '/value');
    const update = call.body<Update>();
    const { strategy = 'strict_alias' } = update;
    const more =
      strategy === 'first' ? [] : [...(update.addIdentifiers ?? []), ...(update.identifiers ?? [])];
    const owners = [own, ...more].flatMap(({ key, value }) => contactWith(world, key, value) ?? []);
    if (strategy === 'strict_alias' && new Set(owners).size > 1)
      throw new Refusal(409, 'AmbiguousIdentifiers', 'The identifiers belong to different contacts');
    const free = [own, ...more].filter(({ key, value }) => !contactWith(world, key, value));
    const [existing] = owners;
    const contact = existing ?? newContact(world, { identifiers: [own] });
    const added = strategy === 'first' ? [] : free;
    change(call, contact, { ...update, addIdentifiers: added, identifiers: null });
    return { status: existing ? 200 : 201, body: shownContact(world, contact) };
  },

  'GET /workspaces/{workspaceId}/contacts/{contactId}': (call) => ({
    status: 200,
    body: shownContact(call.world, contactOf(call), call.list('attribute')),
  }),

  'PATCH /workspaces/{workspaceId}/contacts/{contactId}': (call) => {
    const contact = contactOf(call);
    change(call, contact, call.body<Update>());
    return { status: 200, body: shownContact(call.world, contact, call.list('attribute')) };
  },

  'DELETE /workspaces/{workspaceId}/contacts/{contactId}': (call) => {
    call.world.bird.contacts.delete(contactOf(call).id);
    return { status: 204 };
  },

  'GET /workspaces/{workspaceId}/contacts/{contactId}/identifiers': (call) => {
    const { id: contactId, identifiers } = contactOf(call);
    // identifiers have no id of their own: key and value make one
    const rows = identifiers
      .map((one) => ({ ...one, id: `${one.key} ${one.value}` }))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1));
    const page = pageOf(call, rows);
    return {
      status: 200,
      body: { ...page, results: page.results.map(({ id: _, ...one }) => ({ contactId, ...one })) },
    };
  },

  'POST /workspaces/{workspaceId}/contacts/{contactId}/identifiers': (call) => {
    const contact = contactOf(call);
    const given = call.body<Given>();
    const had = contact.identifiers.find(({ key, value }) => key === given.key && value === given.value);
    const [added = had] = addIdentifiers(call.world, contact, [given]);
    contact.updatedAt = call.world.clock.stamp();
    return { status: 201, body: { contactId: contact.id, ...added } };
  },

  'DELETE /workspaces/{workspaceId}/contacts/{contactId}/identifiers': (call) => {
    const contact = contactOf(call);
    const { key, value } = call.body<Given>();
    const at = contact.identifiers.findIndex((one) => one.key === key && one.value === value);
    if (at < 0) throw notFound('identifier');
    contact.identifiers.splice(at, 1);
    contact.updatedAt = call.world.clock.stamp();
    return { status: 204 };
  },
};

function contactOf(call: Call): Contact {
  const contact = call.world.bird.contacts.get(call.at('contactId'));
  if (!contact) throw notFound('contact');
  return contact;
}

function change({ world }: Call, contact: Contact, update: Update): void {
  const { addToLists = [], removeFromLists = [], addToAccounts = [], removeFromAccounts = [] } = update;
  addIdentifiers(world, contact, [...(update.addIdentifiers ?? []), ...(update.identifiers ?? [])]);
  contact.identifiers = contact.identifiers.filter(
    (one) => !update.removeIdentifiers?.some(({ key, value }) => one.key === key && one.value === value),
  );
  Object.assign(contact.attributes, update.attributes ?? {});
  contact.listIds = united(update.listIds ?? contact.listIds, addToLists, removeFromLists);
  contact.accountIds = united(update.accountIds ?? contact.accountIds, addToAccounts, removeFromAccounts);
  contact.updatedAt = world.clock.stamp();
}

function united(now: string[], added: string[], removed: string[]): string[] {
  return [...new Set([...now, ...added])].filter((id) => !removed.includes(id));
}
