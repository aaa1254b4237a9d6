import type { Answer, Call } from '../call.ts';
import { type Fault, Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import type { Individual, User } from './rows.ts';

/** A JSON:API answer with one thing. */
export function one(status: number, data: object): Answer {
  return { status, body: { data, meta: {} } };
}

/** A JSON:API answer with the page of rows that `page[limit]` and `page[offset]` ask for; `meta` is empty. */
export function many<Row>(call: Call, rows: readonly Row[], show: (row: Row) => object, limit = 100): Answer {
  const offset = call.whole('page[offset]', 0);
  const page = rows.slice(offset, offset + call.whole('page[limit]', limit));
  return { status: 200, body: { data: page.map(show), meta: {} } };
}

/** A 400 about one parameter or one place in the body. */
export function invalid(place: Fault['in'], name: string, says: string): Refusal {
  return new Refusal(400, 'InvalidRequest', 'The request did not pass validation', [
    { in: place, name, says },
  ]);
}

/** Who acts: the individual named, or the service's own; a 400 when nobody has that id. */
export function actorOf(world: World, id: string | undefined, place: Fault['in'], name: string): Individual {
  const actor = world.courier.individuals.get(id ?? world.courier.service.individualId);
  if (!actor) throw invalid(place, name, 'is no individual');
  return actor;
}

/** The user whose own individual this is; a child, say, has none. */
export function userOf(world: World, individualId: string): User | undefined {
  return world.courier.users
    .all()
    .find(({ attributes }) => attributes['primary-individual-id'] === individualId);
}

/** The user through whom an individual is reached: its own, or else one who may act for it. */
export function reachOf(world: World, individualId: string): User | undefined {
  return (
    userOf(world, individualId) ??
    world.courier.users.all().find(({ actsFor }) => actsFor.includes(individualId))
  );
}

/** Holds a time to `>=2026-01-01T00:00:00Z` and the like; a 400 when one of them is not of that form. */
export function compared(call: Call, name: string): (time: string) => boolean {
  const bounds = (call.list(name) ?? []).map((text) => {
    const [, comparator, moment = ''] = /^(>=|<=|>|<)(.+)$/.exec(text) ?? [];
    const at = Date.parse(moment);
    if (!comparator || Number.isNaN(at)) throw invalid('query', name, 'must be a comparator and a time');
    return { comparator, at };
  });
  return (time) =>
    bounds.every(({ comparator, at }) => {
      const moment = Date.parse(time);
      if (comparator.startsWith('>')) return moment > at || (comparator === '>=' && moment === at);
      return moment < at || (comparator === '<=' && moment === at);
    });
}
