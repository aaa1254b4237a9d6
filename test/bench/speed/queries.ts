/** The queries of the benchmark and what they must be answered with, byte for byte. */
import { globalId } from '../../../src/graph/ids.ts';
import { channelName, contactName, KNOWN_CHANNELS, saidOf, talkName } from './answers.ts';
import { personData, personQuery } from './person.ts';
import {
  CHANNELS,
  CHANNELS_EACH,
  CONTACTS,
  channelId,
  contactId,
  individualId,
  messageId,
  ownContactId,
  PEOPLE,
  talkId,
  WORKSPACE,
  writtenAt,
} from './world.ts';

/** What makes one request, and its answer, differ from others. */
export interface Differing {
  /** Its literal; undefined where all ask the same. */
  readonly literal?: string | undefined;
  /** The number that the upstream answered with, where its answers change. */
  readonly reading?: string | undefined;
  /** Whose credential courier was asked with. */
  readonly caller: string;
}

/** One query. */
export interface Query {
  /** The literal of a number. */
  readonly literal: (number: number) => string;
  readonly text: (literal: string | undefined) => string;
  /** The data of the right answer. */
  readonly data: (differing: Differing) => object;
  /** True where a literal stands in the answer as it is, so that answers differ by nothing else. */
  readonly verbatim: boolean;
}

const global = (typename: string, ...natives: string[]): string => globalId(typename, natives.join('/'));

/** A moment of its own for each number, before all that was ever said. */
const sinceOf = (number: number): string => new Date(Date.UTC(2025, 0, 1) + number).toISOString();

/** A cursor right before a page of Bird's contacts. */
const before = (page: string): string =>
  Buffer.from(JSON.stringify({ k: 'bird /workspaces/{workspaceId}/contacts', p: page })).toString(
    'base64url',
  );

const talksOf = (index: number, caller: string) => ({
  nodes: Array.from({ length: CHANNELS_EACH }, (_, nth) => ({
    id: global('CourierChannel', talkId(index, nth)),
    name: talkName(index, nth, caller),
  })),
});

export const QUERIES = {
  /** 100 messages, each with its channel and its contact. */
  Q1: {
    verbatim: true,
    literal: sinceOf,
    text: (literal) =>
      `{ bird { messages(first: 100${literal === undefined ? '' : `, created: { since: "${literal}" }`}) { nodes { id text status createdAt channel { id name status } contact { id displayName } } } } }`,
    data: ({ literal, reading }) => ({
      bird: {
        messages: {
          nodes: Array.from({ length: 100 }, (_, index) => ({
            id: global('BirdMessage', WORKSPACE, channelId(index % CHANNELS), messageId(index)),
            text: `Message ${index}${saidOf(literal, reading)}`,
            status: 'DELIVERED',
            createdAt: writtenAt(index),
            channel: {
              id: global('BirdChannel', WORKSPACE, channelId(index % CHANNELS)),
              name: channelName(channelId(index % CHANNELS)),
              status: 'ACTIVE',
            },
            contact: {
              id: global('BirdContact', WORKSPACE, contactId(index % CONTACTS)),
              displayName: `Person ${index % CONTACTS}`,
            },
          })),
        },
      },
    }),
  },
  /** One channel by its id. */
  Q2: {
    verbatim: false,
    literal: (number) => channelId(number % KNOWN_CHANNELS),
    text: (literal = channelId(0)) => `{ bird { channel(id: "${literal}") { id name status } } }`,
    data: ({ literal = channelId(0) }) => ({
      bird: {
        channel: {
          id: global('BirdChannel', WORKSPACE, literal),
          name: channelName(literal),
          status: 'ACTIVE',
        },
      },
    }),
  },
  /** 20 contacts, each with the individual that has their email address, and that one's channels. */
  Q3: {
    verbatim: true,
    literal: (number) => String(number),
    text: (literal) =>
      `{ bird { contacts(first: 20${literal === undefined ? '' : `, after: "${before(literal)}"`}) { nodes { id displayName individuals { individual { id channels(first: 10) { nodes { id name } } } } } } } }`,
    data: ({ literal, reading, caller }) => ({
      bird: {
        contacts: {
          nodes: Array.from({ length: PEOPLE }, (_, index) => ({
            id: global('BirdContact', WORKSPACE, ownContactId(index)),
            displayName: contactName(index, literal, reading),
            individuals: [
              {
                individual: {
                  id: global('CourierIndividual', individualId(index)),
                  channels: talksOf(index, caller),
                },
              },
            ],
          })),
        },
      },
    }),
  },
  /** The README's own: a person with everything said to and by them. */
  person: {
    verbatim: true,
    literal: sinceOf,
    text: personQuery,
    data: personData,
  },
} satisfies Record<string, Query>;

export type QueryName = keyof typeof QUERIES;
