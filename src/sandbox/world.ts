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

/** An event that webhooks may tell of. */
export type Happening =
  | { api: 'bird'; event: string; messageId: string; payload: object; alsoTo?: string }
  | { api: 'courier'; text: Row };

/** The state of the sandbox: both upstreams' rows, the people behind them, the clock and the random numbers. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly id: IdOf;
  readonly people: readonly Person[];
  readonly files: Files;
  readonly bird: BirdWorld;
  readonly courier: CourierWorld;
  /** Is called with each event; set by whatever delivers webhooks. */
  tell: (happening: Happening) => void;
  /** A new id. Worlds of one seed give the same ids in the same order. */
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
