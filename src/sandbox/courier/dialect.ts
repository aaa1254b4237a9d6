import type { Call } from '../call.ts';
import type { Dialect } from '../collection.ts';
import type { Contract } from '../contract.ts';
import type { Dictionary } from '../dictionary.ts';
import { type Fault, Refusal } from '../refusal.ts';
import type { Row, Rows } from '../row.ts';

/** A 400 about one parameter or one place in the body. */
export function invalid(place: Fault['in'], name: string, says: string): Refusal {
  return new Refusal(400, 'InvalidRequest', 'The request did not pass validation', [
    { in: place, name, says },
  ]);
}

/** The schema of the attributes of each type of courier's rows. */
export function attributesOf(contract: Contract): (type: string) => Dictionary {
  const types = Object.entries<Dictionary>(contract.schemas).flatMap(([, { properties }]) => {
    const type: unknown = properties?.type?.const;
    return typeof type === 'string' ? [[type, contract.resolved(properties.attributes)] as const] : [];
  });
  const schemas = new Map(types);
  return (type) => schemas.get(type) ?? {};
}

/** The individual who acts: the one that the query or the body names, or the service's own; a 400 when nobody has the id. */
export function actorOf(call: Call): Row {
  const given = call.body.data?.attributes?.['individual-id'] ?? call.body['individual-id'];
  const { rows, service } = call.world.courier;
  const actor = rows.get('individuals', given ?? call.text('individual-id') ?? service.individualId);
  if (actor) return actor;
  const pointer = call.body.data ? '/data/attributes/individual-id' : '/individual-id';
  throw given
    ? invalid('body', pointer, 'is no individual')
    : invalid('query', 'individual-id', 'is no individual');
}

/** The user whose own individual this is; a child, say, has none. */
export function userOf(rows: Rows, individualId: unknown): Row | undefined {
  return rows.all('users').find(({ attributes }) => attributes['primary-individual-id'] === individualId);
}

/** The user through whom an individual is reached: its own, or else one who may act for it. */
export function reachOf(rows: Rows, individualId: string): Row | undefined {
  const actsFor = ({ own }: Row) => own['acts-for']?.includes(individualId);
  return userOf(rows, individualId) ?? rows.all('users').find(actsFor);
}

/** JSON:API, as courier speaks it: `{ data, meta }`, pages by limit and offset, attributes in `data`. */
export function courierDialect(contract: Contract): Dialect {
  const attributes = attributesOf(contract);
  return {
    root: '/v1/',
    attributes,
    typeOf(schema) {
      const data = contract.resolved(schema.properties?.data);
      const type = contract.resolved(data.items ?? data).properties?.type?.const;
      return type === undefined ? undefined : { type, many: data.items !== undefined };
    },
    resource({ id, type }, shown) {
      const { properties = {}, 'x-unidentified': unidentified } = attributes(type);
      const known = Object.entries(shown).filter(([name, value]) => name in properties && value != null);
      return { ...(unidentified ? {} : { id }), type, attributes: Object.fromEntries(known) };
    },
    document: (data) => ({ data, meta: {} }),
    page(call, rows, shown) {
      const offset = call.whole('page[offset]', 0);
      const limit = call.whole('page[limit]', rows.length);
      const counted = call.operation.path === '/v1/communication-messages/';
      const meta = { 'page[limit]': limit, 'page[offset]': offset, 'page[total]': rows.length };
      return { data: rows.slice(offset, offset + limit).map(shown), meta: counted ? meta : {} };
    },
    given(call) {
      const { data } = call.body;
      const schema = contract.resolved(call.operation.bodySchema);
      // `data` may also be the free values of a template
      if (!schema.properties?.data?.properties?.attributes)
        return { attributes: structuredClone(call.body), schema, pointer: '' };
      if (data.id !== undefined && data.id.toLowerCase() !== call.at('id').toLowerCase())
        throw invalid('body', '/data/id', 'must be the id in the path');
      const inner = contract.resolved(schema.properties.data).properties.attributes;
      return {
        attributes: structuredClone(data.attributes),
        schema: contract.resolved(inner),
        pointer: '/data/attributes',
      };
    },
    userId: (call) =>
      userOf(call.world.courier.rows, actorOf(call).id)?.id ?? call.world.courier.service.userId,
    invalid,
  };
}
