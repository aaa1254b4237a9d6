import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { storyteller } from '../talk.ts';
import type { Channel, Message } from './rows.ts';

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

/** What was said in all channels, oldest first. One's channel is long, the others' are a dozen or two lines. */
export function messagesAtStart(
  people: readonly Person[],
  channels: readonly Channel[],
  tools: Tools,
): Message[] {
  const { id } = tools;
  const keys = new Map(people.map((person) => [id('courier-individual', person.key), person]));
  const messages = channels.flatMap((channel) => {
    const long = channel.id === id('courier-channel', 'amina');
    return said(channel, keys, long ? 26 : tools.random.whole(3, 8), tools);
  });
  return messages.sort((a, b) => a.postedAt.localeCompare(b.postedAt));
}

function said(channel: Channel, people: ReadonlyMap<string, Person>, talks: number, tools: Tools): Message[] {
  const { id, clock, random } = tools;
  const members = channel.subscribers.map(({ individualId }) => individualId);
  const staff = members.filter(
    (member) => people.get(member)?.courier?.provider && member !== id('courier-individual', 'desk'),
  );
  const clients = members.filter((member) => people.get(member)?.courier?.provider !== true);
  const times = Array.from({ length: talks }, () => random.next() * (channel.archived ? 200 : 45) * DAY + 90)
    .map((minutes) => minutes + (channel.archived ? 60 * DAY : 0))
    .sort((a, b) => b - a);
  const tell = storyteller(random);
  let count = 0;
  const messages = times.flatMap((start) => {
    const client = random.pick(clients.length > 0 ? clients : staff);
    const nurse = random.pick(staff.length > 0 ? staff : members);
    let minutesAgo = start;
    return tell(people.get(client)?.first ?? 'there').map((line): Message => {
      minutesAgo -= random.whole(1, 9) + count / 1000;
      const authorId = line.by === 'us' ? nurse : client;
      const postedAt = clock.ago(minutesAgo);
      return {
        id: id('courier-message', channel.id, count++),
        channelId: channel.id,
        authorId,
        text: line.text,
        draft: false,
        removed: false,
        source: random.pick(line.by === 'us' ? OWN_SOURCES : SOURCES),
        destination: {},
        ...(random.happens(0.2) ? { sentiment: random.pick(['positive', 'neutral', 'negative']) } : {}),
        attachments: [],
        reactions: [],
        receipts: members
          .filter((member) => member !== authorId && random.happens(minutesAgo > 2 * DAY ? 0.9 : 0.4))
          .map((individualId) => ({ individualId, at: clock.ago(minutesAgo - random.whole(1, 80)) })),
        postedAt,
        modifiedAt: postedAt,
      };
    });
  });
  for (const [index, message] of messages.entries()) adorn(message, index, members, tools);
  if (channel.id === id('courier-channel', 'amina')) messages.push(landmark(channel, tools));
  return messages;
}

/** The newest message of the long channel: unread by the one it is for. */
function landmark(channel: Channel, { id, clock }: Tools): Message {
  const postedAt = clock.ago(35);
  return {
    id: id('courier-message', 'landmark'),
    channelId: channel.id,
    authorId: id('courier-individual', 'farah'),
    text: 'Thank you for coming in today, Amina. I have put your exercise plan into the app.',
    draft: false,
    removed: false,
    source: 'app',
    destination: {},
    attachments: [],
    reactions: [{ individualId: id('courier-individual', 'paul'), type: 'like' }],
    receipts: [{ individualId: id('courier-individual', 'paul'), at: clock.ago(20) }],
    postedAt,
    modifiedAt: clock.ago(20),
  };
}

/** A reaction here, an attachment there, now and then a message that was taken back or is not sent yet. */
function adorn(message: Message, index: number, members: string[], { id, clock, random }: Tools): void {
  const others = members.filter((member) => member !== message.authorId);
  if (random.happens(0.2) && others.length > 0)
    message.reactions = random
      .shuffle(others)
      .slice(0, random.whole(1, 2))
      .map((individualId) => ({ individualId, type: random.pick(REACTIONS) }));
  if (random.happens(0.08)) {
    const file = random.pick(FILES);
    const thumbnail =
      file['content-type'] === 'image/jpeg'
        ? { thumbnail: 'https://media.example.com/thumbs/wrist.jpg' }
        : {};
    message.attachments = [
      { id: id('courier-attachment', message.id), ...file, removed: false, ...thumbnail },
    ];
  }
  const modified = () =>
    new Date(Math.min(Date.parse(message.postedAt) + 300_000, clock.start)).toISOString();
  if (index % 17 === 11) {
    message.removed = true;
    for (const attachment of message.attachments) attachment.removed = true;
    message.modifiedAt = modified();
  }
  if (index % 23 === 19) {
    message.draft = true;
    message.receipts = [];
    message.reactions = [];
    message.modifiedAt = modified();
  }
}
