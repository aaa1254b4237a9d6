import { BirdContact, type ContactRow } from '../bird/resources/contact.ts';
import { builder } from '../builder.ts';
import type { Api } from '../context.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { Channel } from '../graph/channel.ts';
import { rest } from '../graph/ledger.ts';
import { relation } from '../graph/node.ts';
import { Source } from '../graph/source.ts';
import { weighs } from '../graph/weight.ts';
import { Person } from './person.ts';
import { personReachReads, reachOf } from './person-reach.ts';
import type { Reach } from './reach.ts';

const UnreachableReason = builder.enumType('UnreachableReason', {
  description: 'Why a person cannot be written to over a channel now.',
  values: {
    OPTED_OUT: {
      description:
        'They want no more messages: courier or Bird has it recorded, or they said so in a message that Pigeon was told of.',
    },
    NO_CONSENT: { description: 'courier has asked them for a consent, and they have not given it.' },
    NO_IDENTIFIER: { description: 'They have no number or address for it, or take no part in it.' },
    UNVERIFIED: { description: 'It is not sure that this is the person.' },
    SERVICE_WINDOW_CLOSED: {
      description: 'They have not written for so long that the platform lets only templates through.',
    },
    CHANNEL_INACTIVE: { description: 'The channel is not active, or put away.' },
    SHARED_CHANNEL: { description: 'It is a group’s channel: others would read what is for one person.' },
    NO_CONVERSATION: { description: 'Nothing has been said yet, so there is no channel to go on with.' },
    QUIET_HOURS: { description: 'It is too late or too early by their clock.' },
    CAP_REACHED: { description: 'They have had as many messages as they may for now.' },
  } as const,
});

const PersonChannel = builder.objectRef<Reach>('PersonChannel').implement({
  description: 'Whether a person can be written to over a channel now.',
  fields: (t) => ({
    channel: t.field({
      type: Channel,
      nullable: false,
      description: 'The channel over which they would be written to.',
      resolve: ({ channel }) => channel,
    }),
    reachable: t.boolean({
      nullable: false,
      description:
        'True when they can be written to. Quiet hours and caps are looked at when something is sent.',
      resolve: ({ reasons }) => reasons.length === 0,
    }),
    reasons: t.field({
      type: [UnreachableReason],
      nullable: false,
      description: 'Why they cannot; empty when they can.',
      resolve: ({ reasons }) => [...reasons],
    }),
    contact: t.field({
      type: BirdContact,
      description: 'Who they are there, for a channel of Bird.',
      resolve: ({ contact }): ContactRow | null => contact,
    }),
    individual: t.field(
      relation(
        CourierIndividual,
        'Who they are there, for a channel of courier.',
        ({ individualId }: Reach) => (individualId ? { id: individualId } : undefined),
      ),
    ),
    openUntil: t.field({
      type: 'DateTime',
      description: 'Until when anything may be said there, where the platform has such a window.',
      resolve: ({ openUntil }) => openUntil,
    }),
  }),
});

builder.objectField(Person, 'channels', (t) =>
  t.field({
    type: [PersonChannel],
    description:
      'The channels of both upstreams with whether this person can be written to there now, and the reasons where not: Bird’s channels for each of their contacts, and those of courier in which they take part.',
    directives: rest({ operations: personReachReads }),
    extensions: weighs((asked) => {
      const wanted = asked.arg('sources') as readonly string[] | undefined;
      const asks = (source: string) => !wanted || wanted.includes(source);
      return {
        calls: { ...(asks('BIRD') && { bird: 2 }), ...(asks('COURIER') && { courier: 1 }) },
        estimated: { bird: 20, courier: 20 },
        rows: 20,
      };
    }),
    args: { sources: t.arg({ type: [Source], description: 'Only channels of these upstreams.' }) },
    resolve: async (person, { sources }, context) => {
      const all: readonly Api[] = (['bird', 'courier'] as const).filter(
        (api) => context.services[api] && (!sources || sources.includes(api)),
      );
      const found = await Promise.all(all.map((api) => reachOf(context, person, api)));
      return found.flat();
    },
  }),
);
