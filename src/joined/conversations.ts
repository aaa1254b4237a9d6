import { listMessages } from '../bird/message.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import { identifiers } from '../bird/resources/contact-identifier.ts';
import { builder } from '../builder.ts';
import type { Api, Context } from '../context.ts';
import { CourierChannel, channels } from '../courier/resources/channel.ts';
import { inboxChannels } from '../courier/resources/inbox.ts';
import { connectionArgs } from '../graph/connection-type.ts';
import { InputError, refuseEmpty } from '../graph/errors.ts';
import { rest } from '../graph/ledger.ts';
import { Source } from '../graph/source.ts';
import { firstOf, weighs } from '../graph/weight.ts';
import { ConversationConnection, conversationPage } from './conversation-page.ts';
import { inCourier, inWorkspace, withContacts, withIndividuals } from './conversation-sources.ts';
import { verified } from './find-person.ts';
import { identityReads } from './identity.ts';
import { type ChannelAddress, locateChannel } from './lookup.ts';
import { Person } from './person.ts';

/** The most channels that one request may name: each of courier's is read by itself. */
const MAX_NAMED = 100;

/** The page of courier's list that conversations are read by. */
const COURIER_PAGE = 98;

const namedOf = async (
  context: Context,
  ids: readonly string[] | null | undefined,
): Promise<readonly ChannelAddress[] | undefined> => {
  if (!ids) return undefined;
  refuseEmpty({ channels: ids });
  if (ids.length > MAX_NAMED) throw new InputError('channels', `names more than ${MAX_NAMED}`);
  const found = await Promise.all(ids.map((id) => locateChannel(context, id, 'channels')));
  return found.flatMap((channel) => channel ?? []);
};

builder.queryField('conversations', (t) =>
  t.field({
    type: ConversationConnection,
    description: [
      'What is being said, with whom and where: the conversations of both upstreams, the one last said something in',
      'first. Every page has each conversation once and none is passed over; one that is said something in meanwhile',
      'moves to the top. Bird lists messages and no conversations: a page costs two calls where there are a hundred',
      'messages or more, one more for each thousand messages that are newer than where it begins, and one more for each',
      'thousand on it. courier’s channels cost a call for a hundred, from the newest on; archived ones are left out.',
      'Names, last messages and times come with that. An upstream that fails is missing from that page alone, and',
      '`sources` says so; there too it is said when more had to be looked at than is.',
    ].join(' '),
    directives: rest(listMessages, inboxChannels, CourierChannel),
    extensions: weighs((asked) => {
      const source = asked.arg('source');
      const pages = Math.ceil((firstOf(asked) + 1) / COURIER_PAGE);
      const named = asked.arg('channels');
      const count = Array.isArray(named) ? named.length : 0;
      return {
        calls: {
          ...(source !== 'COURIER' && { bird: 2 }),
          ...(source !== 'BIRD' && { courier: count || pages }),
        },
        // What lies before the page, and whether it is much, is seen when it is read.
        estimated: { ...(source !== 'COURIER' && { bird: 8 }), ...(source !== 'BIRD' && { courier: 4 }) },
        rows: firstOf(asked),
      };
    }),
    args: {
      ...connectionArgs,
      source: t.arg({ type: Source, description: 'Only conversations of this upstream.' }),
      channels: t.arg.idList({
        description: 'Only over these channels, at most 100: global ids, or the upstreams’ own.',
      }),
      unreadOnly: t.arg.boolean({
        description:
          'Only those in which the individual behind courier’s credential has something to read. Bird does not know what was read, so none of its conversations are given.',
      }),
      since: t.arg({
        type: 'DateTime',
        description: 'Only those said something in from this moment on, inclusive.',
      }),
    },
    resolve: async (_root, args, context) => {
      const named = await namedOf(context, args.channels);
      const unreadOnly = args.unreadOnly ?? false;
      const idsIn = (source: Api) =>
        named?.filter(({ api }) => api === source).map(({ key }) => key.split('/').at(-1) ?? '');
      return conversationPage(context, args, (source, wanted) => {
        const ids = idsIn(source);
        const isAsked = (!args.source || args.source === source) && ids?.length !== 0;
        if (!isAsked || (source === 'bird' && unreadOnly)) return undefined;
        return source === 'bird'
          ? inWorkspace(context, ids, wanted)
          : inCourier(context, ids, { ...wanted, unreadOnly });
      });
    },
  }),
);

builder.objectField(Person, 'conversations', (t) =>
  t.field({
    type: ConversationConnection,
    description:
      'What is said with this person over both upstreams, the conversation last said something in first; `sources` names an upstream that fails.',
    directives: rest(...identityReads, BirdContact, identifiers, listMessages, channels),
    extensions: weighs((asked) => ({
      calls: { bird: 2, courier: 1 },
      estimated: { bird: 14, courier: 10 },
      rows: firstOf(asked),
    })),
    args: connectionArgs,
    resolve: (person, args, context) =>
      conversationPage(context, args, async (source, wanted) => {
        if (source === 'bird') {
          const contacts = verified(await person.contacts()).flatMap(({ contact }) => contact ?? []);
          return withContacts(context, contacts, wanted);
        }
        const individuals = verified(await person.individuals()).flatMap(
          ({ individualId }) => individualId ?? [],
        );
        return withIndividuals(context, individuals, wanted);
      }),
  }),
);

builder.objectField(BirdContact, 'conversations', (t) =>
  t.field({
    type: ConversationConnection,
    description:
      'What is said with this contact, channel by channel, the one last said something in first. Those of the person in both upstreams are at `person { conversations }`.',
    directives: rest(identifiers, listMessages),
    extensions: weighs((asked) => ({
      calls: { bird: 5 },
      estimated: { bird: 10 },
      rows: firstOf(asked),
    })),
    args: connectionArgs,
    resolve: (contact, args, context) =>
      conversationPage(context, args, (source, wanted) =>
        source === 'bird' ? withContacts(context, [contact], wanted) : undefined,
      ),
  }),
);
