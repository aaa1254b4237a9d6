import type { Dictionary } from '../dictionary.ts';
import { Refusal } from '../refusal.ts';
import { type Row, rowOf } from '../row.ts';
import type { World } from '../world.ts';
import { displayName } from './compose.ts';
import { invalid } from './dialect.ts';

/** The contact that has exactly this identifier; spelling counts. */
export function contactWith(world: World, key: string, value: string): Row | undefined {
  const isIt = (one: Dictionary) => one.key === key && one.value === value;
  return world.bird.rows.all('Contact').find(({ attributes }) => attributes.identifiers.some(isIt));
}

/** Refuses what cannot be an address or a number of its kind. */
export function refuseIdentifier({ key, value }: Dictionary, pointer: string): void {
  const wrong =
    (key === 'emailaddress' && !/^[^\s@%]+@[^\s@%]+$/.test(value.trim())) ||
    (key === 'phonenumber' && !/^\+?[\d\s().-]{5,24}$/.test(value));
  if (wrong) throw invalid('body', pointer, `is not a valid ${key}`);
}

/** Gives a contact identifiers; a 409 when one is another contact's already. */
export function addIdentifiers(world: World, contact: Row, given: readonly Dictionary[]): Dictionary[] {
  for (const [index, one] of given.entries()) {
    refuseIdentifier(one, `/identifiers/${index}/value`);
    const other = contactWith(world, one.key, one.value);
    if (other && other !== contact)
      throw new Refusal(409, 'ResourceAlreadyExists', 'A contact with this identifier already exists');
  }
  const createdAt = world.clock.stamp();
  const { identifiers } = contact.attributes;
  const has = ({ key, value }: Dictionary) =>
    identifiers.some((one: Dictionary) => one.key === key && one.value === value);
  const added = given
    .filter((one) => !has(one))
    .map(({ key, value, properties }) => ({ key, value, ...(properties ? { properties } : {}), createdAt }));
  identifiers.push(...added);
  return added;
}

/** A new contact in the workspace; a 409 when another one has one of its identifiers. */
export function newContact(world: World, identifiers: readonly Dictionary[], more: Dictionary): Row {
  const createdAt = world.clock.stamp();
  const contact = rowOf('Contact', world.fresh('bird-contact'), {
    attributes: {},
    identifiers: [],
    listIds: [],
    accountIds: [],
    isAnonymous: more.name === undefined,
    ...more,
    createdAt,
    updatedAt: createdAt,
  });
  addIdentifiers(world, contact, identifiers);
  return world.bird.rows.add(contact);
}

/** The attributes of a contact that are computed when it is answered; `attributes` names those to answer though they are empty. */
export function shownContact(
  world: World,
  contact: Dictionary,
  attributes: readonly string[] = [],
): Dictionary {
  const { identifiers } = contact;
  const mirrored = Map.groupBy<string, Dictionary>(identifiers, ({ key }) => key);
  const featured = [...mirrored.values()].flatMap(([first]) =>
    first ? [{ key: first.key, value: first.value }] : [],
  );
  return {
    workspaceId: world.bird.workspaceId,
    computedDisplayName: displayName(contact),
    ...(featured.length > 0 ? { featuredIdentifiers: featured } : {}),
    identifierCount: identifiers.length,
    attributes: {
      ...Object.fromEntries(attributes.map((name) => [name, null])),
      ...contact.attributes,
      ...Object.fromEntries([...mirrored].map(([key, all]) => [key, all.map(({ value }) => value)])),
    },
    companyRefs: [],
  };
}
