import type { Chance } from '../chance.ts';
import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import { talk } from '../talk.ts';
import { exhibits, htmlBody, templateExhibit, textBody } from './bodies.ts';
import { compose, keyOf, referenceOf } from './compose.ts';
import { FATES } from './fates.ts';
import type { Channel, Contact, Interaction, Message, MessageRow, Status } from './rows.ts';

const DAY = 1440;
const TAGS = ['appointment', 'reminder', 'billing', 'pharmacy', 'follow-up', 'survey'];
const SUBJECTS = ['Your appointment', 'Your order', 'News from Harbour Clinic', 'Your invoice', 'After your visit'];
/** How the outgoing messages of the last half hour stand: on their way, so that a newcomer sees them move. */
const UNDERWAY: { status: Status; ahead: Status[] }[] = [
  { status: 'accepted', ahead: ['processing', 'sent', 'delivered'] },
  { status: 'processing', ahead: ['sent', 'delivered'] },
  { status: 'sent', ahead: ['delivered'] },
];

/** A message of the past, with what its platform and its reader did. */
interface Past {
  name: (string | number)[];
  channel: Channel;
  contact: Contact;
  incoming: boolean;
  minutesAgo: number;
  body?: Message['body'];
  more?: Partial<Message>;
}

/** Every message there has been, oldest first. */
export function messagesAtStart(
  people: readonly Person[],
  channels: readonly Channel[],
  contacts: ReadonlyMap<string, Contact>,
  tools: { id: IdOf; clock: Clock; chance: Chance },
): MessageRow[] {
  const { id, clock, chance } = tools;
  const channel = (key: string) => channels.find((one) => one.id === id('bird-channel', key));
  const pasts: Past[] = [];
  for (const person of people) {
    const contact = contacts.get(person.key);
    if (!contact) continue;
    const keys = ['sms', 'sms-uk', 'whatsapp', 'whatsapp', 'whatsapp-shop', 'email', 'email', 'telegram', 'line', 'sms-old'];
    const reachable = keys.flatMap((key) => {
      const one = channel(key);
      const fits = one && contact.identifiers.some((identifier) => identifier.key === keyOf(one.platformId));
      return one && fits ? [{ key, one }] : [];
    });
    const wanted = person.key === 'amina' ? reachable : chance.shuffle(reachable).slice(0, chance.whole(2, 3));
    for (const [round, { key, one }] of wanted.entries())
      pasts.push(...conversation(chance, person, one, contact, [key, round], key === 'sms-old' ? 400 : 0));
  }
  const amina = contacts.get('amina');
  if (amina) pasts.push(...showcase(amina, channel));
  pasts.push(...statusShow(people, contacts, channel('sms')));
  const rows = pasts.map((past, index) => rowOf(past, index, id, clock));
  const sorted = rows.sort((a, b) => a.message.createdAt.localeCompare(b.message.createdAt));
  return linger(sorted, channels, id, chance);
}

function conversation(
  chance: Chance,
  person: Person,
  channel: Channel,
  contact: Contact,
  name: (string | number)[],
  daysAgo: number,
): Past[] {
  const lines = talk(chance, person.first);
  const subject = chance.pick(SUBJECTS);
  let minutesAgo = daysAgo * DAY + chance.whole(40, 45 * DAY) * chance.next() + lines.length * 12 + 35;
  return lines.map((line, index) => {
    minutesAgo -= chance.whole(1, 11);
    const incoming = line.by === 'them';
    const email = channel.platformId === 'email-messagebird';
    const body = email
      ? incoming
        ? textBody(line.text, { metadata: { subject: `Re: ${subject}` } })
        : htmlBody(subject, line.text)
      : textBody(line.text);
    return {
      ...{ name: [person.key, ...name, index], channel, contact, incoming, minutesAgo, body },
      more: {
        ...(email ? { meta: { email: { subject: incoming ? `Re: ${subject}` : subject } } } : {}),
        ...(!incoming && chance.happens(0.4) ? { tags: chance.shuffle(TAGS).slice(0, chance.whole(1, 2)) } : {}),
        ...(!incoming && chance.happens(0.25) ? { reference: `visit-${chance.whole(1000, 9999)}` } : {}),
      },
    };
  });
}

/** One message of every kind to one person. */
function showcase(contact: Contact, channel: (key: string) => Channel | undefined): Past[] {
  const pasts = Object.entries(exhibits).flatMap(([type, body], index): Past[] => {
    const on = channel(type === 'html' ? 'email' : 'whatsapp');
    const name = ['showcase', type];
    const meta = type === 'html' ? { meta: { email: { subject: 'Your visit summary' } } } : {};
    return on ? [{ name, channel: on, contact, incoming: false, minutesAgo: 3 * DAY - index * 7, body, more: meta }] : [];
  });
  const whatsapp = channel('whatsapp');
  if (!whatsapp) return pasts;
  const photo = { type: 'image', image: { images: [{ mediaUrl: 'https://media.example.com/in/wrist.jpg' }] } };
  return [
    ...pasts,
    ...[
      { name: ['showcase', 'template'], incoming: false, minutesAgo: 3 * DAY - 95, more: { template: templateExhibit } },
      { name: ['showcase', 'photo'], incoming: true, minutesAgo: 3 * DAY - 99, body: photo },
      {
        ...{ name: ['showcase', 'landmark'], incoming: false, minutesAgo: 2 * DAY },
        body: textBody('Thank you for the photo, Amina. It heals well. See you on Thursday at 10:30!'),
        more: { reference: 'visit-2041', tags: ['appointment', 'follow-up'] },
      },
    ].map((past) => ({ channel: whatsapp, contact, ...past })),
  ];
}

/** Messages in every status that a message can end in, and one that waits for its time. */
function statusShow(people: readonly Person[], contacts: ReadonlyMap<string, Contact>, channel?: Channel): Past[] {
  const reachable = people.flatMap((person) => {
    const contact = contacts.get(person.key);
    return contact?.identifiers.some(({ key, value }) => key === 'phonenumber' && value.startsWith('+')) ? [contact] : [];
  });
  if (!channel) return [];
  const ends = Object.values(FATES).map(({ path, ...fate }) => ({ status: path.at(-1), ...fate }));
  const shows = [
    ...ends.filter(({ details }) => details !== 'hard_bounce'),
    { status: 'deleted' as const, details: 'removed', reason: '' },
    { status: 'scheduled' as const, details: '', reason: '' },
  ];
  return [0, 1].flatMap((round) =>
    shows.flatMap(({ status = 'delivered', ...why }, index): Past[] => {
      const contact = reachable[(round * shows.length + index * 3 + 1) % reachable.length];
      if (!contact) return [];
      const text = 'A reminder: your appointment is tomorrow at 9:15. Reply 2 to move it.';
      const minutesAgo = status === 'scheduled' ? 30 + round : (4 + index + round * 9) * 0.5 * DAY;
      return [
        {
          ...{ name: ['status', status, round], channel, contact, incoming: false, minutesAgo, body: textBody(text) },
          more: { status, ...why, tags: ['reminder'] },
        },
      ];
    }),
  );
}

function rowOf(past: Past, index: number, id: IdOf, clock: Clock): MessageRow {
  // a different second for each, so that no two messages share a moment
  const at = clock.ago(past.minutesAgo + index / 6000);
  const later = clock.ago(Math.max(past.minutesAgo - 0.4, 0));
  const message: Message = {
    ...compose({
      ...{ id: id('bird-message', ...past.name), channel: past.channel, contact: past.contact, at },
      ...{ incoming: past.incoming, ...(past.body ? { body: past.body } : {}) },
    }),
    ...past.more,
  };
  if (!past.incoming) {
    if (past.more?.status === undefined) message.status = 'delivered';
    if (message.status === 'scheduled') message.scheduledFor = clock.ago(-2 * DAY);
    else message.parts = [{ platformReference: referenceOf(past.channel.platformId, message.id) }];
    message.lastStatusAt = message.updatedAt = message.status === 'scheduled' ? at : later;
  }
  const scheduled: Status[] = message.status === 'scheduled' ? ['accepted', 'processing', 'sent', 'delivered'] : [];
  return { id: message.id, message, ahead: scheduled, then: [], interactions: [] };
}

/** Replies refer back, readers leave interactions, and the newest messages are still on their way. */
function linger(rows: MessageRow[], channels: readonly Channel[], id: IdOf, chance: Chance): MessageRow[] {
  const active = rows.filter(({ message }) => message.direction === 'outgoing' && message.status === 'delivered');
  for (const row of active) {
    const platformId = channels.find((channel) => channel.id === row.message.channelId)?.platformId ?? '';
    const mail = platformId === 'email-messagebird';
    if (row.id !== id('bird-message', 'showcase', 'landmark') && !chance.happens(mail || platformId === 'whatsapp' ? 0.7 : 0))
      continue;
    const act = (type: string, more: Partial<Interaction> = {}) => {
      row.interactions.push(interactionOf(row.message, platformId, id('bird-interaction', row.id, type), type, row.message.updatedAt, more));
    };
    act(mail ? 'opened' : 'read');
    if (mail && chance.happens(0.3))
      act('clicked', { metadata: { link: { name: 'Your appointment', url: 'https://harbour.example.org/appointments' } } });
    if (!mail && (chance.happens(0.12) || row.id === id('bird-message', 'showcase', 'landmark')))
      act('reaction', { metadata: { reaction: { emoji: chance.pick(['👍', '❤️', '🙏']), action: 'react' } } });
    if (mail && chance.happens(0.04)) act('unsubscribe-request');
  }
  for (const [back, row] of active.slice(-9).entries()) {
    const stage = UNDERWAY[back % UNDERWAY.length];
    if (!stage || row.interactions.length > 0) continue;
    row.message.status = stage.status;
    row.ahead = [...stage.ahead];
  }
  return rows;
}

/** What a reader did with a message, as Bird tells it. */
export function interactionOf(
  message: Message,
  platformId: string,
  id: string,
  type: string,
  createdAt: string,
  more: Partial<Interaction> = {},
): Interaction {
  return {
    ...{ id, messageId: message.id, channelId: message.channelId, platformId, type },
    ...{ messageReference: message.reference, messagePartsCount: 1 },
    ...(message.tags ? { messageTags: message.tags } : {}),
    receiver: message.receiver,
    createdAt,
    details: '',
    ...more,
  };
}
