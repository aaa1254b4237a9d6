import type { BirdWorld } from './bird/world.ts';
import { birdWorld } from './bird/world.ts';
import type { Clock } from './clock.ts';
import { contractOf } from './contract.ts';
import type { CourierWorld } from './courier/world.ts';
import { courierWorld } from './courier/world.ts';
import { Files } from './files.ts';
import { type IdOf, naming } from './naming.ts';
import { population } from './people/people.ts';
import type { Person } from './people/person.ts';
import { Random } from './random.ts';
import type { Row } from './row.ts';

/** Something the outside may be told of. */
export type Happening =
  | { api: 'bird'; event: string; messageId: string; payload: object; alsoTo?: string }
  | { api: 'courier'; text: Row };

/** Everything there is: both upstreams' rows, the people behind them, time and randomness. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly id: IdOf;
  readonly people: readonly Person[];
  readonly files: Files;
  readonly bird: BirdWorld;
  readonly courier: CourierWorld;
  /** Told of each happening; set by whoever delivers it. */
  tell: (happening: Happening) => void;
  /** A new id, the same one in every world with this seed that was asked as often. */
  fresh(kind: string): string;
}

/**
 * A world as it stands at the clock's start. The seed decides everything but the dates.
 *
 * @param edge the address of the hosts beside the two APIs: uploads, files, tracked events
 */
export function createWorld(seed: number, clock: Clock, edge = 'https://edge.example.com'): World {
  const id = naming(seed);
  const people = population(new Random(seed));
  const files = new Files(id, edge);
  let born = 0;
  return {
    clock,
    random: new Random(seed + 3),
    id,
    people,
    files,
    bird: birdWorld(contractOf('bird'), people, { id, clock, random: new Random(seed + 1), files, edge }),
    courier: courierWorld(contractOf('courier'), people, id, clock, new Random(seed + 2), files),
    tell: () => {},
    fresh: (kind) => id('fresh', kind, born++),
  };
}
