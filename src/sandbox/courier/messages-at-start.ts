import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { type Row, rowOf } from '../row.ts';
import { storyteller } from '../talk.ts';
import { messageOf, receiptOf } from './messages.ts';

const DAY = 1440;
const REACTIONS = ['like', 'like', 'love', 'lol', 'wow', 'sad', 'dislike'];
const FILES = [
  { filename: 'lab-report.pdf', 'content-type': 'application/pdf', 'content-size': 184_320 },
  { filename: 'wrist.jpg', 'content-type': 'image/jpeg', 'content-size': 412_004 },
  { filename: 'voice-note.m4a', 'content-type': 'audio/mp4', 'content-size': 96_511 },
];
const SOURCES = ['app', 'app', 'web', 'sms'];

/** The organization's side answers by itself at times. */
const OWN_SOURCES = [...SOURCES, 'auto-responder'];

interface Tools {
  id: IdOf;
  clock: Clock;
  random: Random;
}

/** What was said in all channels, oldest first, and the files with it. One's channel is long, the others' a dozen or two lines. */
export function messagesAtStart(people: readonly Person[], channels: readonly Row[], tools: Tools): Row[] {
  const { id } = tools;
  const keys = new Map(people.map((person) => [id('courier-individual', person.key), person]));
  const messages = channels.flatMap((channel) => {
    const long = channel.id === id('courier-channel', 'amina');
    return said(channel, keys, long ? 26 : tools.random.whole(3, 8), tools);
  });
  return messages.sort((a, b) => timeOf(a).localeCompare(timeOf(b)));
}

function timeOf({ attributes }: Row): string {
  return attributes['posted-time'] ?? attributes['created-at'];
}

function said(channel: Row, people: ReadonlyMap<string, Person>, talks: number, tools: Tools): Row[] {
  const { id, clock, random } = tools;
  const members: string[] = channel.attributes.subscribers.map((one: { id: string }) => one.id);
  const staff = members.filter(
    (member) => people.get(member)?.courier?.provider && member !== id('courier-individual', 'desk'),
  );
  const clients = members.filter((member) => people.get(member)?.courier?.provider !== true);
  const times = Array.from(
    { length: talks },
    () => random.next() * (channel.attributes.archived ? 200 : 45) * DAY + 90,
  )
    .map((minutes) => minutes + (channel.attributes.archived ? 60 * DAY : 0))
    .sort((a, b) => b - a);
  const tell = storyteller(random);
  let count = 0;
  const messages = times.flatMap((start) => {
    const client = random.pick(clients.length > 0 ? clients : staff);
    const nurse = random.pick(staff.length > 0 ? staff : members);
    let minutesAgo = start;
    return tell(people.get(client)?.first ?? 'there').map((line): Row => {
      minutesAgo -= random.whole(1, 9) + count / 1000;
      const authorId = line.by === 'us' ? nurse : client;
      const author = people.get(authorId);
      return messageOf(id('courier-message', channel.id, count++), clock.ago(minutesAgo), {
        'channel-id': channel.id,
        'individual-id': authorId,
        ...(author && author.courier?.user !== false && { 'user-id': id('courier-user', author.key) }),
        message: line.text,
        source: random.pick(line.by === 'us' ? OWN_SOURCES : SOURCES),
        ...(random.happens(0.2) ? { sentiment: random.pick(['positive', 'neutral', 'negative']) } : {}),
        'read-receipts': members
          .filter((member) => member !== authorId && random.happens(minutesAgo > 2 * DAY ? 0.9 : 0.4))
          .map((member) => receiptOf(member, clock.ago(minutesAgo - random.whole(1, 80)))),
      });
    });
  });
  const files = messages.flatMap((message, index) => adorned(message, index, members, tools));
  if (channel.id === id('courier-channel', 'amina')) messages.push(landmark(channel, tools));
  return [...messages, ...files];
}

/** The newest message of the long channel: unread by the one it is for. */
function landmark(channel: Row, { id, clock }: Tools): Row {
  const reader = id('courier-individual', 'paul');
  return messageOf(id('courier-message', 'landmark'), clock.ago(35), {
    'channel-id': channel.id,
    'individual-id': id('courier-individual', 'farah'),
    'user-id': id('courier-user', 'farah'),
    message: 'Thank you for coming in today, Amina. I have put your exercise plan into the app.',
    reactions: [{ 'individual-id': reader, 'reaction-type': 'like' }],
    'read-receipts': [receiptOf(reader, clock.ago(20))],
    'last-modified-time': clock.ago(20),
  });
}

/** A reaction here, a file there, now and then a message that was taken back or is not sent yet; answers with the files. */
function adorned(
  { id: own, attributes }: Row,
  index: number,
  members: string[],
  { id, clock, random }: Tools,
): Row[] {
  const { 'posted-time': at } = attributes;
  const others = members.filter((member) => member !== attributes['individual-id']);
  if (random.happens(0.2) && others.length > 0)
    attributes.reactions = random
      .shuffle(others)
      .slice(0, random.whole(1, 2))
      .map((member) => ({ 'individual-id': member, 'reaction-type': random.pick(REACTIONS) }));
  const file = random.happens(0.08) ? random.pick(FILES) : undefined;
  const picture = file?.['content-type'].startsWith('image') && {
    thumbnail: 'https://media.example.com/thumbs/wrist.jpg',
  };
  const removed = index % 17 === 11;
  const files = file
    ? [
        rowOf('messaging-attachments', id('courier-attachment', own), {
          ...file,
          ...picture,
          'created-at': at,
          'message-id': own,
          removed,
        }),
      ]
    : [];
  attributes.attachments = files.map((row) => ({ id: row.id }));
  const later = new Date(Math.min(Date.parse(at) + 300_000, clock.start)).toISOString();
  if (removed) Object.assign(attributes, { removed, 'last-modified-time': later });
  if (index % 23 === 19)
    Object.assign(attributes, {
      draft: true,
      'read-receipts': [],
      reactions: [],
      'last-modified-time': later,
    });
  return files;
}
