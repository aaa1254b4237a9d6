import { Repeater } from '@repeaterjs/repeater';
import { buildSchema, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { type Context, callUpstream } from '../../src/context.ts';
import { InputError } from '../../src/graph/errors.ts';

type Resolvers = Readonly<Record<string, GraphQLFieldResolver<unknown, Context>>>;

/** What a plugin's test needs of a schema, and nothing of either upstream's graph. */
export interface SmallSchemaOptions {
  /** Is told that a subscription's source has been let go of. */
  readonly onLeft?: () => void;
  readonly resolvers?: Resolvers;
}

const OPERATION = { api: 'courier', method: 'GET', path: '/v1/things/{id}/', safe: true } as const;
const CHANGE = { api: 'courier', method: 'POST', path: '/v1/things/', safe: false } as const;

/** A schema with one field of each kind that the plugins have to do with. */
export const smallSchema = ({ onLeft, resolvers = {} }: SmallSchemaOptions = {}): GraphQLSchema => {
  const schema = buildSchema(`
    type Query {
      hello(name: String): String
      count(by: Int!): Int
      sum(of: [Int!]!): Int
      deep: Deep
      thing(id: ID!): String
      bird: String
      fails: String
      own: String
      wrong: String
      mine: String
    }
    type Deep { deep: Deep value: String }
    type Mutation { change: String }
    type Event { cursor: String! value: Int }
    type Subscription { ticks(count: Int, after: String): Event waits: Event refused: Event }
  `);
  const fields: Resolvers = {
    'Query.hello': (_source, { name }) => `hello ${name ?? 'you'}`,
    'Query.count': (_source, { by }) => by,
    'Query.sum': (_source, { of }) => of.reduce((sum: number, one: number) => sum + one, 0),
    'Query.deep': () => ({}),
    'Deep.deep': () => ({}),
    'Query.thing': async (_source, { id }, context) =>
      JSON.stringify((await callUpstream(context, OPERATION, { params: { id } })).body),
    'Query.bird': async (_source, _args, context) =>
      JSON.stringify(
        (await callUpstream(context, { ...OPERATION, api: 'bird' }, { params: { id: '1' } })).body,
      ),
    'Query.fails': () => {
      throw new Error('secret of +12025550142');
    },
    'Query.own': () => {
      throw new GraphQLError('secret of +12025550142');
    },
    'Query.wrong': () => {
      throw new InputError('input.text', 'is too long');
    },
    'Query.mine': (_source, _args, { caller, courierCredential }) =>
      JSON.stringify({
        caller: caller.key,
        read: caller.may('bird', 'read'),
        courier: courierCredential?.key,
      }),
    'Mutation.change': async (_source, _args, context) =>
      JSON.stringify((await callUpstream(context, CHANGE, { body: {} })).body),
    ...resolvers,
  };
  for (const [coordinate, resolve] of Object.entries(fields)) {
    const [type = '', field = ''] = coordinate.split('.');
    Object.assign(schema.getType(type) as object, {});
    const found = (schema.getType(type) as { getFields(): Record<string, object> }).getFields()[field];
    Object.assign(found ?? {}, { resolve });
  }
  const subscribe = (name: string, source: GraphQLFieldResolver<unknown, Context>) =>
    Object.assign(schema.getSubscriptionType()?.getFields()[name] ?? {}, { subscribe: source });
  subscribe(
    'ticks',
    (_source, { count = 3, after }, { lastEventId }: Context) =>
      new Repeater(async (push, stop) => {
        void stop.then(() => onLeft?.());
        const from = Number(lastEventId ?? after ?? 0);
        for (let value = from + 1; value <= from + count; value++) {
          await push({ ticks: { cursor: String(value), value } });
        }
        stop();
      }),
  );
  subscribe('waits', () => {
    const left = Promise.withResolvers<{ done: true; value: undefined }>();
    const events = [{ waits: { cursor: '1', value: 1 } }];
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: async () => {
        const value = events.shift();
        return value ? { done: false, value } : left.promise;
      },
      return: () => {
        onLeft?.();
        left.resolve({ done: true, value: undefined });
        return left.promise;
      },
    };
  });
  subscribe('refused', () => {
    throw new InputError('channels', 'nobody knows it');
  });
  return schema;
};
