import { type GraphQLObjectType, getNamedType } from 'graphql';
import { globalId } from '../../src/graph/ids.ts';
import { ledger } from '../../src/graph/ledger.ts';
import { fixtureIds } from '../../src/sandbox/fixture-ids.ts';
import { schema } from '../../src/schema.ts';
import { IN_BIRD, idOf } from './operation-inputs.ts';
import { fieldOf } from './operations.ts';

/** The global id of a thing of each type that has a path of one. */
export const nodeOf = (typename: string): string | undefined => {
  const inBird = IN_BIRD[typename.replace(/^Bird/, '')];
  if (typename.startsWith('Bird') && inBird) {
    const channel = typename === 'BirdMessage' ? [fixtureIds.birdChannelId] : [];
    return globalId(typename, [fixtureIds.birdWorkspaceId, ...channel, inBird].join('/'));
  }
  const single = Object.values((schema.getType('Courier') as GraphQLObjectType).getFields()).find(
    (field) => getNamedType(field.type).name === typename && field.args.some(({ name }) => name === 'id'),
  );
  const call = ledger().find((claim) => single && fieldOf(claim).field === single);
  const [, , collection] = call?.path.split('/') ?? [];
  return collection === undefined ? undefined : globalId(typename, idOf(collection));
};
