import type { Context } from '../context.ts';
import { byToken, type Connection, type ConnectionArgs } from '../graph/connection.ts';
import type { Claim } from '../graph/ledger.ts';
import { type NodeRef, node } from '../graph/node.ts';
import type { QueryValue } from '../upstream/send.ts';
import { askIn, type InWorkspace, MAX_PAGE, nextToken, readById, readRows } from './load.ts';

interface Identified {
  readonly id: string;
}

interface Options {
  /** Reads one, by the workspace and the parameter. */
  readonly get: Claim;
  /** Name of the path parameter that holds the id. */
  readonly param: string;
  /** True when an answer may be used again for a while. */
  readonly cached?: boolean;
}

/** A thing of a workspace that Bird tells one at a time: a call each, none waiting for another. */
export const workspaceNode = <Row extends Identified>(
  name: string,
  { get, param, cached = false }: Options,
): NodeRef<InWorkspace<Row>> =>
  node<InWorkspace<Row>>(name, {
    api: 'bird',
    operations: [get],
    cached,
    key: (row) => `${row.workspaceId}/${row.id}`,
    natives: 2,
    batch: 1,
    load: (keys, context) =>
      Promise.all(
        keys.map((key) => {
          const [workspaceId = '', id = ''] = key.split('/');
          return readById<Row>(context, get, name, { workspaceId, [param]: id });
        }),
      ),
  });

/** A workspace's list of things, page by page; whoever asks for one of them later need not ask Bird. */
export const readList = <Row extends Identified>(
  context: Context,
  ref: NodeRef<InWorkspace<Row>>,
  list: Claim,
  workspaceId: string,
  args: ConnectionArgs,
  query: Readonly<Record<string, QueryValue>> = {},
): Promise<Connection<InWorkspace<Row>>> =>
  byToken(args, {
    name: `bird ${ref.name}`,
    max: MAX_PAGE,
    id: (row) => row.id,
    read: async ({ limit, token }) => {
      const answer = await askIn(context, list, workspaceId, {
        query: { limit, pageToken: token, ...query },
      });
      const rows = readRows<Row>(answer, workspaceId, ref.name, list);
      for (const row of rows) ref.prime(context, row);
      return { rows, next: nextToken(answer) };
    },
  });
