import type { Clock } from './clock.ts';
import type { Contract } from './contract.ts';
import { type Dictionary, isDictionary } from './dictionary.ts';
import type { IdOf } from './naming.ts';
import { type Rows, rowOf } from './row.ts';

/** Where rows are at home: the ids that theirs lead to, by the type they are of, and a number that can be called there. */
export interface Home {
  key: string;
  phone: string;
  /** The number that the organization is called at. */
  number: string;
  leads: Readonly<Record<string, string>>;
}

/** What the rows of a contract’s examples are made with. */
export interface Seeding {
  contract: Contract;
  attributes: (type: string) => Dictionary;
  rows: Rows;
  id: IdOf;
  /** The id of the row that an example becomes in a home. */
  idOf(type: string, home: string, index: number): string;
  clock: Clock;
  homes: readonly Home[];
}

const DAY = 1440;
/** Minutes before the start at which things happened that are no creation and no change. */
const MOMENTS: Record<string, number> = {
  'posted-time': 600,
  timestamp: 30,
  'last-poll-time': 5,
  'connected-at': 20,
  'valid-until': -2 * DAY,
};

/** Makes the rows of the contract's examples, each type's once in every home, with ids that lead to rows that are there. */
export function seedExamples(seeding: Seeding, types: readonly string[]): void {
  const seeded = types.flatMap((type) => {
    const schema = seeding.attributes(type);
    return seeding.homes.flatMap((home) =>
      ((schema.examples ?? []) as Dictionary[]).map((example, index) => {
        const row = rowOf(type, seeding.idOf(type, home.key, index), structuredClone(example), {
          home: home.key,
        });
        return { row: seeding.rows.add(row), schema, home, index };
      }),
    );
  });
  for (const [count, { row, schema, home, index }] of seeded.entries()) {
    const lead = leaderOf(seeding, home);
    fill(seeding, row.attributes, schema, {
      lead,
      home,
      name: [row.id],
      minutes: (index + 1) * 3 * DAY + count * 7,
    });
    for (const [name, type] of hidden(seeding.contract, row.type)) row.own[name] = lead(type);
    const above = aboveOf(seeding.contract, row.type);
    if (above) row.own.above = lead(above);
  }
}

interface Context {
  lead: (type: string) => string | undefined;
  home: Home;
  name: string[];
  /** How long before the start the row was made. */
  minutes: number;
}

/** The id of a type that rows at a home lead to: what the home says, or else a row that is at home there too. */
function leaderOf({ rows }: Seeding, home: Home): (type: string) => string | undefined {
  return (type) => {
    const all = rows.all(type);
    return home.leads[type] ?? (all.find(({ own }) => own.home === home.key) ?? all[0])?.id;
  };
}

function fill(seeding: Seeding, attributes: Dictionary, schema: Dictionary, context: Context): void {
  const { contract, clock, id } = seeding;
  const { lead, home, name: names, minutes } = context;
  for (const [name, property] of Object.entries<Dictionary>(schema.properties ?? {})) {
    const resolved = contract.resolved(property);
    const items = contract.resolved(resolved.items);
    const value = attributes[name];
    // what stands beside an id is shown from the row that the id leads to
    for (const here of Object.values<string>(resolved['x-embeds'] ?? {})) delete attributes[here];
    if (typeof value === 'string' && /^\+1555\d+$/.test(value))
      attributes[name] = resolved['x-personal'] ? home.phone : home.number + value.slice(-1);
    else if (isDictionary(value)) fill(seeding, value, resolved, { ...context, name: [...names, name] });
    else if (value !== undefined) continue;
    else if (resolved['x-points-to']) attributes[name] = leadTo(name, resolved['x-points-to'], context);
    else if (items['x-points-to']) attributes[name] = [lead(items['x-points-to'])].filter(Boolean);
    else if (resolved.format === 'uuid') attributes[name] = id('courier-other', name, ...names);
    else if (/^(?:created|last-modified)-/.test(name) && resolved.format === 'datetime')
      attributes[name] = clock.ago(name.startsWith('created') ? minutes : minutes / 2);
    else if (resolved.format === 'datetime' && MOMENTS[name] !== undefined)
      attributes[name] = clock.ago(MOMENTS[name] + (minutes % 97));
    else if (Object.keys(resolved.properties ?? {}).join() === 'id') {
      attributes[name] = {};
      fill(seeding, attributes[name], resolved, { ...context, name: [...names, name] });
    }
    if (attributes[name] === undefined) delete attributes[name];
  }
}

/** Whoever made or changed something works for the organization; others are those it is for. */
function leadTo(name: string, type: string, { home, lead }: Context): string | undefined {
  return (/^(?:created|last-modified)-by$|^sender-/.test(name) && home.leads[`staff ${type}`]) || lead(type);
}

/** The type of row below which rows of a type are listed, such as the device of a log. */
function aboveOf(contract: Contract, type: string): string | undefined {
  const singular = type.replace(/-logs$/, 's');
  return contract.operations.some(({ key }) => key === `GET /v1/${singular}/{id}/get-logs/`)
    ? singular
    : undefined;
}

/** The parameters of a type's lists that name rows and are no attributes of it, such as the number of a log. */
function hidden(contract: Contract, type: string): [name: string, type: string][] {
  const operation = contract.operations.find(({ key }) => key === `GET /v1/${type}/`);
  return (operation?.known.query ?? []).flatMap(({ name, schema }): [string, string][] => {
    const plain = name.replace(/^filter\[(.+)\]$/, '$1');
    return schema['x-points-to'] ? [[plain, schema['x-points-to']]] : [];
  });
}
