import { type Context, OutOfBoundsError, type Request } from '../context.ts';
import type { Answer } from '../upstream/send.ts';
import type { ResolvedShape, Shape } from './contract.ts';
import { type Dialect, thingOf } from './dialect.ts';
import type { Claim } from './ledger.ts';

/** Where ids of a kind stand: names of parameters or attributes, with what each points to. */
type Pointers = ReadonlyMap<string, string>;

/** What of an operation says to which organization a call of it belongs. */
interface Signs {
  readonly query: Pointers;
  readonly body: Pointers;
  readonly answer: Pointers;
  /** The thing that the path’s `{id}` is of. */
  readonly thing: string | undefined;
  /** True for the GET of one thing: its answer says where it belongs. */
  readonly tells: boolean;
}

const ORGANIZATIONS = 'organizations';
const INDIVIDUALS = 'individuals';

const pointersOf = ({ contract }: Dialect, shapes: Readonly<Record<string, Shape>> = {}): Pointers =>
  new Map(
    Object.entries(shapes).flatMap(([name, shape]) => {
      const resolved = contract.resolve(shape);
      const item = resolved.type === 'array' ? contract.resolve(resolved.items ?? {}) : resolved;
      const to = item['x-points-to'];
      return to === undefined ? [] : [[name, to]];
    }),
  );

const known = new Map<string, Signs>();

const signsOf = (dialect: Dialect, { method, path }: Claim): Signs => {
  const key = `${dialect.api} ${method} ${path}`;
  const made = known.get(key);
  if (made) return made;
  const { contract } = dialect;
  const { query, body, answer } = contract.operation(`${method} ${path}`);
  const whole = answer && contract.resolve(answer);
  const row: ResolvedShape | undefined = whole && dialect.rowOf(whole);
  const [, , collection] = path.split('/');
  const below = path.includes('{id}');
  const signs: Signs = {
    query: pointersOf(dialect, query),
    body: pointersOf(dialect, dialect.bodyOf(body)?.properties),
    answer: pointersOf(dialect, row?.properties),
    thing: below ? collection : undefined,
    tells: method === 'GET' && path.endsWith('{id}/'),
  };
  known.set(key, signs);
  return signs;
};

const idsAt = (pointers: Pointers, values: Readonly<Record<string, unknown>>) =>
  [...pointers].flatMap(([name, to]) =>
    [values[name]].flat().flatMap((id) => (typeof id === 'string' && id !== '' ? [{ to, id }] : [])),
  );

/** True for a thing that says itself to which organization it belongs. Individuals may act for several. */
const isContainer = (dialect: Dialect, to: string): boolean => {
  const [operation] = (thingOf(dialect, to)?.operations ?? []) as readonly Claim[];
  if (to === INDIVIDUALS || operation === undefined) return false;
  return [...signsOf(dialect, operation).answer.values()].includes(ORGANIZATIONS);
};

const outside = () => new OutOfBoundsError('the token is bound to other organizations of courier');

/**
 * Holds a caller who is bound to organizations within them: refuses a call that names another one, or something that
 * belongs to another one, and a call of which nothing says where it belongs. A list that could be asked for all
 * organizations is asked for the one where there is one alone.
 *
 * @param call makes the call
 * @throws {OutOfBoundsError}
 */
export const withinBounds = async (
  dialect: Dialect,
  context: Context,
  operation: Claim,
  request: Request,
  call: (request: Request) => Promise<Answer>,
): Promise<Answer> => {
  const { organizations } = context.caller;
  if (!organizations || !dialect.bounds) return call(request);
  const signs = signsOf(dialect, operation);
  const { values, attributes } = dialect.bounds;

  const check = async (found: readonly { readonly to: string; readonly id: string }[]): Promise<boolean> => {
    for (const { id } of found.filter(({ to }) => to === ORGANIZATIONS)) {
      if (!organizations.has(id.toLowerCase())) throw outside();
    }
    const others = found.filter(({ to }) => isContainer(dialect, to));
    // What is loaded is held within the bounds itself.
    await Promise.all(others.map(({ to, id }) => thingOf(dialect, to)?.load(context, id)));
    if (found.some(({ to }) => to === ORGANIZATIONS) || others.length > 0) return true;
    const people = found.filter(({ to }) => to === INDIVIDUALS);
    await Promise.all(people.map(({ to, id }) => thingOf(dialect, to)?.load(context, id)));
    return people.length > 0;
  };

  const { id = '' } = request.params ?? {};
  let bound = await check([
    ...idsAt(signs.query, request.query ?? {}),
    ...idsAt(signs.body, values(request.body)),
    ...(signs.thing === ORGANIZATIONS ? [{ to: ORGANIZATIONS, id }] : []),
  ]);
  const thing = signs.tells ? undefined : thingOf(dialect, signs.thing);
  if (thing && signs.thing !== ORGANIZATIONS) {
    await thing.load(context, id);
    bound = true;
  }
  const [parameter] = [...signs.query].find(([, to]) => to === ORGANIZATIONS) ?? [];
  const [only] = organizations;
  if (!bound && parameter !== undefined && only !== undefined && organizations.size === 1) {
    return call({ ...request, query: { ...request.query, [parameter]: only } });
  }
  if (signs.tells && signs.thing !== ORGANIZATIONS) {
    if (![...signs.answer.values()].some((to) => saysWhere(dialect, to))) throw outside();
    const answer = await call(request);
    if (!(await check(idsAt(signs.answer, attributes(answer))))) throw outside();
    return answer;
  }
  if (!bound) throw outside();
  return call(request);
};

/** True for what leads to an organization. */
const saysWhere = (dialect: Dialect, to: string): boolean =>
  to === ORGANIZATIONS || to === INDIVIDUALS || isContainer(dialect, to);
