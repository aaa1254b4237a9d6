import { type Api, audienceOf, type Context, credentialOf } from '../context.ts';
import { decodeId } from '../graph/ids.ts';
import type { View } from './deliver/pub-sub.ts';
import { SERVICE } from './log/log.ts';
import { entryFor } from './log/transition.ts';

/** The first letters of every type of Bird, as they begin a global id. */
const BIRD = Buffer.from('Bir').toString('base64');

/** The upstream that a message of this global id lives in. */
export const apiOf = (messageId: string): Api => (messageId.startsWith(BIRD) ? 'bird' : 'courier');

/** True when the caller may read at the upstream, and by a credential. */
export const reads = (context: Context, api: Api): boolean =>
  context.caller.may(api, 'read') && credentialOf(context, api) !== undefined;

/**
 * What the caller may see of the stream.
 *
 * @param kind what is wanted: raised statuses or new messages
 * @param named true when everything followed was named, and so was read by the caller's own credential
 */
export const viewOf = (context: Context, kind: 'raised' | 'added', named: boolean): View => {
  const of = (api: Api) => ({ reads: reads(context, api), audience: audienceOf(context, api) });
  const at = { bird: of('bird'), courier: of('courier') };
  const { workspaces, organizations } = context.caller;
  /** Of an entry of courier nothing says to which organization it belongs; what was named was read before. */
  const isWithin = (api: Api, messageId: string): boolean =>
    api === 'bird'
      ? !workspaces || workspaces.has(decodeId(messageId)?.key.split('/')[0]?.toLowerCase() ?? '')
      : !organizations || named;
  return (entry) => {
    const api = apiOf(entry.messageId);
    const { reads, audience } = at[api];
    if (!reads || !isWithin(api, entry.messageId)) return undefined;
    // Pigeon's own credential may see more than the caller's.
    if (!named && audience !== SERVICE && entry.audience === SERVICE) return undefined;
    const seen = entryFor(entry, audience);
    return seen?.[kind] ? seen : undefined;
  };
};
