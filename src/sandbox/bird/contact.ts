import { Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { displayName } from './compose.ts';
import type { Contact, Identifier } from './rows.ts';

/** An identifier as it is given. */
export interface Given {
  key: string;
  value: string;
  properties?: Record<string, unknown>;
}

/** The contact that has exactly this identifier; spelling counts. */
export function contactWith(world: World, key: string, value: string): Contact | undefined {
  return world.bird.contacts
    .all()
    .find(({ identifiers }) => identifiers.some((one) => one.key === key && one.value === value));
}

/** Refuses what cannot be an address or a number of its kind. */
export function refuseIdentifier({ key, value }: Given, pointer: string): void {
  const wrong =
    (key === 'emailaddress' && !/^[^\s@%]+@[^\s@%]+$/.test(value.trim())) ||
    (key === 'phonenumber' && !/^\+?[\d\s().-]{5,24}$/.test(value));
  if (wrong)
    throw new Refusal(422, 'InvalidPayload', 'The request did not pass validation', [
      { in: 'body', name: pointer, says: `is not a valid ${key}` },
    ]);
}

/** Gives a contact identifiers; a 409 when one is another contact's already. */
export function addIdentifiers(world: World, contact: Contact, given: readonly Given[]): Identifier[] {
  for (const [index, one] of given.entries()) {
    refuseIdentifier(one, `/identifiers/${index}/value`);
    const other = contactWith(world, one.key, one.value);
    if (other && other !== contact)
      throw new Refusal(409, 'ResourceAlreadyExists', 'A contact with this identifier already exists');
  }
  const createdAt = world.clock.stamp();
  const added = given
    .filter(({ key, value }) => !contact.identifiers.some((one) => one.key === key && one.value === value))
    .map(({ key, value, properties }) => ({ key, value, ...(properties ? { properties } : {}), createdAt }));
  contact.identifiers.push(...added);
  return added;
}

/** A new contact in the workspace; a 409 when another one has one of its identifiers. */
export function newContact(
  world: World,
  {
    identifiers,
    ...more
  }: { identifiers: readonly Given[] } & Partial<
    Pick<Contact, 'name' | 'attributes' | 'listIds' | 'accountIds'>
  >,
): Contact {
  const createdAt = world.clock.stamp();
  const contact: Contact = {
    id: world.fresh('bird-contact'),
    attributes: {},
    identifiers: [],
    listIds: [],
    accountIds: [],
    isAnonymous: more.name === undefined,
    ...more,
    createdAt,
    updatedAt: createdAt,
  };
  addIdentifiers(world, contact, identifiers);
  return world.bird.contacts.add(contact);
}

/** A contact as it goes over the wire; `attributes` names those to show though they are empty. */
export function shownContact(world: World, contact: Contact, attributes: readonly string[] = []): object {
  const { id, identifiers, listIds, accountIds, isAnonymous, createdAt, updatedAt } = contact;
  const mirrored = Map.groupBy(identifiers, ({ key }) => key);
  const featured = [...mirrored.values()].flatMap(([first]) =>
    first ? [{ key: first.key, value: first.value }] : [],
  );
  return {
    id,
    workspaceId: world.bird.workspaceId,
    computedDisplayName: displayName(contact),
    ...(featured.length > 0 ? { featuredIdentifiers: featured } : {}),
    identifierCount: identifiers.length,
    attributes: {
      ...Object.fromEntries(attributes.map((name) => [name, null])),
      ...contact.attributes,
      ...Object.fromEntries([...mirrored].map(([key, all]) => [key, all.map(({ value }) => value)])),
    },
    listIds,
    accountIds,
    companyRefs: [],
    isAnonymous,
    createdAt,
    updatedAt,
  };
}
