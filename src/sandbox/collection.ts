import type { Answer, Call, Handler } from './call.ts';
import type { Contract } from './contract.ts';
import type { Dictionary } from './dictionary.ts';
import { Fields } from './fields.ts';
import type { ContractOperation } from './operation.ts';
import type { Value } from './parameters.ts';
import { type Fault, notFound, type Refusal } from './refusal.ts';
import { type Row, type Rows, rowOf } from './row.ts';
import { momentOf } from './times.ts';

/** How one type of row differs from what the contract says of every row. */
export interface Behaviour {
  /** The attribute that rows are asked for by, where that is not the id. */
  key?: string;
  /** The attributes of a new row that the request does not give. */
  begins?: Dictionary;
  /** Completes a new row before it is kept, or refuses it. */
  made?(row: Row, call: Call): void;
  /** What is done when a row was changed by a request; `before` are its attributes until then. */
  changed?(row: Row, call: Call, before: Dictionary): void;
  /** What is done when a row was deleted by a request. */
  removed?(row: Row, call: Call): void;
  /** The attributes that make a row the same as another one, which it then replaces. */
  twins?: readonly string[];
  /** Attributes that are computed when a row is answered, over those that it holds. */
  shows?(row: Row, call: Call): Dictionary;
  /** Parameters that narrow a list in a way of their own: by another attribute, by a test, or not at all. */
  narrows?: Record<string, string | false | ((row: Row, value: Value, call: Call) => boolean)>;
  /** The value that a word of `sort` orders by, where it is no attribute. */
  sorts?: Record<string, (row: Row, call: Call) => string | number>;
  /** The order of a list that is not sorted; the order in which rows came unless said. */
  order?(one: Row, other: Row): number;
}

/** How one API's collections differ from another's: envelopes, paging and where values stand. */
export interface Dialect {
  /** The type of row that a schema of an answer is of. */
  typeOf(schema: Dictionary): { type: string; many: boolean } | undefined;
  /** The schema of the attributes of a type. */
  attributes(type: string): Dictionary;
  /** What the path of a collection begins with. */
  readonly root: string;
  /** A row as it goes over the wire. */
  resource(row: Row, attributes: Dictionary): Dictionary;
  /** The body that one row is answered in. */
  document(resource: Dictionary): Dictionary;
  /** A page of rows as a body; `shown` makes the wire's form of one. */
  page(call: Call, rows: readonly Row[], shown: (row: Row) => Dictionary): Dictionary;
  /** The attributes of a body that makes or changes a row, their schema, and where in the body they stand. */
  given(call: Call): { attributes: Dictionary; schema: Dictionary; pointer: string };
  /** The id of the individual who acts. */
  userId(call: Call): string;
  /** The refusal of a request because of one value. */
  invalid(place: Fault['in'], name: string, says: string): Refusal;
}

const CREATED = ['created-at', 'created-time', 'createdAt'];
const CHANGED = ['last-modified-at', 'last-modified-time', 'updatedAt'];
const WORDS: Record<string, Dictionary> = {
  enable: { enabled: true },
  disable: { enabled: false },
  archive: { archived: true },
  unarchive: { archived: false },
  ack: { acknowledged: true },
};

/** One generic collection of rows over a contract: lists, reads, creates, changes, deletes and simple actions. */
export class Collection {
  readonly contract: Contract;
  readonly fields: Fields;
  readonly dialect: Dialect;
  readonly behaviours: Readonly<Record<string, Behaviour>>;
  readonly #rowsOf: (call: Call) => Rows;

  constructor(
    contract: Contract,
    dialect: Dialect,
    behaviours: Readonly<Record<string, Behaviour>>,
    rowsOf: (call: Call) => Rows,
  ) {
    this.contract = contract;
    this.fields = new Fields(contract);
    this.dialect = dialect;
    this.behaviours = behaviours;
    this.#rowsOf = rowsOf;
  }

  /** The handler of an operation that does what its path, its verb and its answer say; undefined where they do not tell. */
  handler(operation: ContractOperation): Handler | undefined {
    const { root } = this.dialect;
    if (!operation.path.startsWith(root)) return undefined;
    const [collection = '', item, word, ...more] = operation.path
      .slice(root.length)
      .split('/')
      .filter(Boolean);
    const answered = this.dialect.typeOf(operation.answerSchema);
    if (more.length > 0 || (item !== undefined && !item.startsWith('{'))) return undefined;
    const { method } = operation;
    const verb = `${method} ${item ? 'item' : 'all'}${word ? ' word' : ''}`;
    if (verb === 'DELETE item') {
      const read = this.contract.operations.find((one) => one.key === `GET ${operation.path}`);
      const removed = read && this.dialect.typeOf(read.answerSchema)?.type;
      return removed ? (call) => this.#removed(call, removed) : undefined;
    }
    if (!answered) return undefined;
    const { type, many } = answered;
    if (verb === 'GET all' && many) return (call) => this.list(call, type, this.#rowsOf(call).all(type));
    if (verb === 'GET item') return (call) => this.one(call, this.found(call, type));
    if (verb === 'POST all') return (call) => this.one(call, this.make(call, type, this.given(call)));
    if (verb === 'PATCH item') return (call) => this.one(call, this.#changed(call, type));
    if (verb === 'GET item word' && many) return (call) => this.#below(call, collection, type);
    if (verb === 'POST item word' && type === collection)
      return (call) => this.one(call, this.#acted(call, type, word ?? ''));
    return undefined;
  }

  /** The row with the id in the path; a 404 when there is none. */
  found(call: Call, type: string): Row {
    const place = call.places.at(-1) ?? '';
    const key = this.behaviours[type]?.key;
    const rows = this.#rowsOf(call);
    const row = key
      ? rows.all(type).find(({ attributes }) => attributes[key] === place)
      : rows.get(type, place);
    if (!row) throw notFound(type.replaceAll('-', ' ').replace(/s$/, ''));
    return row;
  }

  /** An answer with one row. */
  one(call: Call, row: Row): Answer {
    return { status: call.operation.success, body: this.dialect.document(this.shown(call, row)) };
  }

  /** A row as it goes over the wire in answer to a call. */
  shown(call: Call, row: Row): Dictionary {
    const schema = this.dialect.attributes(row.type);
    const attributes: Dictionary = { ...row.attributes, ...this.behaviours[row.type]?.shows?.(row, call) };
    // `include-args` and the like: what is there only when it was asked for
    for (const { name, deprecated, types } of call.operation.known.query) {
      const attribute = name.replace(/^include-/, '');
      if (name !== attribute && types.has('boolean') && !deprecated && call.flag(name) !== true)
        delete attributes[attribute];
    }
    return this.dialect.resource(row, this.fields.shown(schema, attributes, this.#rowsOf(call)));
  }

  /** An answer with the page of some rows that a call asks for, narrowed and sorted as it says. */
  list(call: Call, type: string, rows: readonly Row[]): Answer {
    const behaviour = this.#behaviour(call, type);
    const tests = this.#tests(call, type, behaviour);
    const narrowed = rows.filter((row) => tests.every((test) => test(row)));
    const sorted = this.#sorted(call, behaviour, narrowed);
    return {
      status: call.operation.success,
      body: this.dialect.page(call, sorted, (row) => this.shown(call, row)),
    };
  }

  /** Makes a row of attributes as a request gives them: what the type shows becomes its own attributes, the rest is kept beside. */
  make(call: Call, type: string, given: Dictionary, own: Dictionary = {}): Row {
    const { properties = {} } = this.dialect.attributes(type);
    const behaviour = this.behaviours[type] ?? {};
    const at = call.world.clock.stamp();
    const attributes: Dictionary = structuredClone({ ...behaviour.begins });
    const beside: Dictionary = { ...own };
    for (const [name, value] of Object.entries(given)) {
      const holder = name.replace(/-id$/, '');
      if (properties[name]) attributes[name] = value;
      else {
        beside[name] = value;
        if (properties[holder]?.properties?.id) attributes[holder] = { id: value };
      }
    }
    for (const name of [...CREATED, ...CHANGED]) if (properties[name]) attributes[name] = at;
    const by = this.dialect.userId(call);
    for (const name of ['created-by', 'last-modified-by'])
      if (properties[name]) attributes[name] = properties[name].type === 'object' ? { id: by } : by;
    const row = rowOf(type, call.world.fresh(type), attributes, beside);
    behaviour.made?.(row, call);
    const rows = this.#rowsOf(call);
    const { twins } = behaviour;
    const isTwin = (one: Row) => twins?.every((name) => fieldOf(one, name) === fieldOf(row, name));
    const twin = twins && rows.all(type).find(isTwin);
    if (!twin) return rows.add(row);
    for (const name of CREATED) delete attributes[name];
    Object.assign(twin.attributes, attributes);
    twin.ahead = row.ahead;
    return twin;
  }

  /** Changes a row, as its maker or as somebody else. */
  touch(call: Call, row: Row, changes: Dictionary = {}): Row {
    const { properties = {} } = this.dialect.attributes(row.type);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null && ![properties[name]?.type].flat().includes('null')) delete row.attributes[name];
      else row.attributes[name] = value;
    }
    const at = call.world.clock.stamp();
    for (const name of CHANGED) if (properties[name]) row.attributes[name] = at;
    if (properties['last-modified-by']) row.attributes['last-modified-by'] = this.dialect.userId(call);
    return row;
  }

  /** The attributes of a call's body as rows store them; a refusal when they name a row that is not there. */
  given(call: Call): Dictionary {
    const { attributes, schema, pointer } = this.dialect.given(call);
    for (const { type, id, pointer: at } of this.fields.pointed(schema, attributes, pointer))
      if (!this.#rowsOf(call).get(type, id))
        throw this.dialect.invalid('body', at, `is none of the ${type.replaceAll('-', ' ')}`);
    const { properties = {} } = schema;
    for (const [name, property] of Object.entries<Dictionary>(properties)) {
      const { default: otherwise } = this.contract.resolved(property);
      if (otherwise !== undefined && attributes[name] === undefined && call.operation.method === 'POST')
        attributes[name] = otherwise;
    }
    return this.fields.stored(schema, attributes);
  }

  #changed(call: Call, type: string): Row {
    const row = this.found(call, type);
    const before = structuredClone(row.attributes);
    this.touch(call, row, this.given(call));
    this.behaviours[type]?.changed?.(row, call, before);
    return row;
  }

  #removed(call: Call, type: string): Answer {
    const row = this.found(call, type);
    this.#rowsOf(call).in(type).delete(row.id);
    this.behaviours[type]?.removed?.(row, call);
    return { status: call.operation.success };
  }

  #acted(call: Call, type: string, word: string): Row {
    const row = this.found(call, type);
    const before = structuredClone(row.attributes);
    this.touch(call, row, WORDS[word]);
    this.behaviours[type]?.changed?.(row, call, before);
    return row;
  }

  /** The rows of a type that belong to the row in the path. */
  #below(call: Call, collection: string, type: string): Answer {
    const above = this.found(call, collection);
    const below = this.#rowsOf(call)
      .all(type)
      .filter(({ own }) => own.above === above.id);
    return this.list(call, type, below);
  }

  #behaviour(call: Call, type: string): Behaviour {
    const [collection = ''] = call.operation.path.slice(this.dialect.root.length).split('/').filter(Boolean);
    return { ...this.behaviours[type], ...this.behaviours[collection] };
  }

  #tests(call: Call, type: string, { narrows = {} }: Behaviour): ((row: Row) => boolean)[] {
    const { properties = {} } = this.dialect.attributes(type);
    return call.operation.known.query.flatMap(({ name, schema, required }): ((row: Row) => boolean)[] => {
      const value = call.value(name);
      const special = narrows[name];
      if (value === undefined || special === false) return [];
      if (typeof special === 'function') return [(row) => special(row, value, call)];
      if (schema['x-compares']) return [this.#compared(name, special ?? schema['x-compares'], value)];
      const [, hidden] = /^include\[(.+)\]$/.exec(name) ?? [];
      if (hidden) return value === true ? [] : [(row) => !isHidden(row, hidden)];
      const plain = special ?? name.replace(/^filter\[(.+)\]$/, '$1');
      const attribute = [plain, plain.replace(/s$/, '')].find((one) => properties[one]) ?? plain;
      const holds = properties[attribute] ?? properties[attribute.replace(/-id$/, '')];
      // an individual that need not be named is who acts
      if (name === 'individual-id' && !required && !special) return [];
      if (!holds && !schema['x-points-to'] && !special) return [];
      const wanted = [value].flat().map(comparable);
      return [(row) => [fieldOf(row, attribute)].flat().some((one) => wanted.includes(comparable(one)))];
    });
  }

  /** Holds a time to `>=2026-01-01T00:00:00Z` and the like; a refusal when one of them is not of that form. */
  #compared(name: string, attribute: string, value: Value): (row: Row) => boolean {
    const bounds = [value].flat().map((text) => {
      const [, comparator, moment = ''] = /^(>=|<=|>|<)(.+)$/.exec(String(text)) ?? [];
      const at = momentOf(moment);
      if (!comparator || Number.isNaN(at))
        throw this.dialect.invalid('query', name, 'must be a comparator and a time');
      return { comparator, at };
    });
    return (row) => {
      const moment = Date.parse(String(fieldOf(row, attribute)));
      return bounds.every(({ comparator, at }) => {
        if (comparator.endsWith('=') && moment === at) return true;
        return comparator.startsWith('>') ? moment > at : moment < at;
      });
    };
  }

  #sorted(call: Call, behaviour: Behaviour, rows: readonly Row[]): Row[] {
    const sorted = behaviour.order ? rows.toSorted(behaviour.order) : [...rows];
    for (const word of (call.list('sort') ?? []).toReversed()) {
      const name = word.replace(/^-/, '');
      const key = (row: Row) => behaviour.sorts?.[name]?.(row, call) ?? fieldOf(row, name) ?? '';
      const turn = word.startsWith('-') ? -1 : 1;
      sorted.sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        return a < b ? -turn : a > b ? turn : 0;
      });
    }
    return sorted;
  }
}

/** What a row says under a name: an attribute of that name, what is known beside it, or the id of what the name leads to. */
export function fieldOf({ attributes, own }: Row, name: string): unknown {
  return attributes[name] ?? own[name] ?? attributes[name.replace(/-id$/, '')]?.id;
}

/** `include[archived]` and `include[inactive]`: whether a row is one of those that are left out otherwise. */
function isHidden({ attributes }: Row, word: string): boolean {
  return attributes[word] === true || (word.startsWith('in') && attributes[word.slice(2)] === false);
}

function comparable(value: unknown): string {
  return String(value ?? '')
    .trim()
    .toLowerCase();
}
