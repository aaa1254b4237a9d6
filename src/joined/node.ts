import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { decodeId } from '../graph/ids.ts';
import { rest } from '../graph/ledger.ts';
import { loadingsOf, loadNode, nodeOperations } from '../graph/node.ts';
import { weighs } from '../graph/weight.ts';

const Node = builder.nodeInterfaceRef();

const load = async (context: Context, id: string, field: string): Promise<object | null> => {
  if (!decodeId(id)) throw new InputError(field, 'is no global id');
  return loadNode(context, id);
};

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    description: 'Any object by its global id; null when it is not there any more.',
    directives: rest(...nodeOperations),
    extensions: weighs((asked) => ({ loads: loadingsOf(asked.arg('id')) })),
    args: { id: t.arg.id({ required: true, description: 'The global id.' }) },
    resolve: (_root, { id }, context) => load(context, id, 'id'),
  }),
  nodes: t.field({
    type: [Node],
    extensions: weighs((asked) => {
      const given = asked.arg('ids');
      const ids = Array.isArray(given) ? given : [given];
      return { loads: ids.flatMap(loadingsOf), rows: ids.length };
    }),
    nullable: { list: false, items: true },
    description:
      'Any objects by their global ids, in their order, as `node` finds each; null for one that is not there, and null with an error for what is no id.',
    directives: rest(...nodeOperations),
    args: { ids: t.arg.idList({ required: true, description: 'The global ids.' }) },
    resolve: (_root, { ids }, context) => ids.map((id) => load(context, id, 'ids')),
  }),
}));
