import type { Clock } from '../clock.ts';
import type { Dictionary } from '../dictionary.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import type { Row } from '../row.ts';
import { type Line, storyteller } from '../talk.ts';
import { htmlBody, textBody } from './bodies.ts';
import { compose, keyOf, taken } from './compose.ts';
import { interactionOf } from './interaction.ts';
import { everyStatus, type Past, showcase, underway } from './showcase.ts';

const DAY = 1440;
const TAGS = ['appointment', 'reminder', 'billing', 'pharmacy', 'follow-up', 'survey'];
const SUBJECTS = [
  'Your appointment',
  'Your order',
  'News from Harbour Clinic',
  'Your invoice',
  'After your visit',
];
/** Every message there has been, oldest first. */
export function messagesAtStart(
  people: readonly Person[],
  channels: readonly Row[],
  contacts: ReadonlyMap<string, Row>,
  tools: { id: IdOf; clock: Clock; random: Random; photoUrl: string },
): Row[] {
  const { id, clock, random } = tools;
  const channel = (key: string) => channels.find((one) => one.id === id('bird-channel', key));
  const tell = storyteller(random);
  const pasts: Past[] = [];
  for (const person of people) {
    const contact = contacts.get(person.key);
    if (!contact) continue;
    const keys = [
      'sms',
      'sms-uk',
      'whatsapp',
      'whatsapp',
      'whatsapp-shop',
      'email',
      'email',
      'telegram',
      'line',
      'sms-old',
    ];
    const reachable = keys.flatMap((key) => {
      const one = channel(key);
      const wanted = one && keyOf(one.attributes.platformId);
      const fits = contact.attributes.identifiers.some((identifier: Dictionary) => identifier.key === wanted);
      return one && fits ? [{ key, one }] : [];
    });
    const wanted =
      person.key === 'amina' ? reachable : random.shuffle(reachable).slice(0, random.whole(2, 3));
    for (const [round, { key, one }] of wanted.entries())
      pasts.push(
        ...conversation(
          random,
          tell(person.first),
          person,
          one,
          contact,
          [key, round],
          key === 'sms-old' ? 400 : 0,
        ),
      );
  }
  const amina = contacts.get('amina');
  if (amina) pasts.push(...showcase(amina, channel, tools.photoUrl));
  const reachable = people.flatMap(({ key }) => contacts.get(key) ?? []);
  pasts.push(...everyStatus(reachable, channel('sms')), ...underway(reachable, channel));
  const rows = pasts.map((past, index) => messageRow(past, index, id, clock));
  const sorted = rows.sort((a, b) => a.attributes.createdAt.localeCompare(b.attributes.createdAt));
  return linger(sorted, channels, id, random);
}

function conversation(
  random: Random,
  lines: Line[],
  person: Person,
  channel: Row,
  contact: Row,
  name: (string | number)[],
  daysAgo: number,
): Past[] {
  const subject = random.pick(SUBJECTS);
  let minutesAgo = daysAgo * DAY + 45 * DAY * random.next() ** 2 + lines.length * 12 + 10;
  return lines.map((line, index) => {
    minutesAgo -= random.whole(1, 11);
    const incoming = line.by === 'them';
    const email = channel.attributes.platformId === 'email-messagebird';
    const body = email
      ? incoming
        ? textBody(line.text, { metadata: { subject: `Re: ${subject}` } })
        : htmlBody(subject, line.text)
      : textBody(line.text);
    return {
      name: [person.key, ...name, index],
      channel,
      contact,
      incoming,
      minutesAgo,
      body,
      more: {
        ...(email ? { meta: { email: { subject: incoming ? `Re: ${subject}` : subject } } } : {}),
        ...(!incoming && random.happens(0.4)
          ? { tags: random.shuffle(TAGS).slice(0, random.whole(1, 2)) }
          : {}),
        ...(!incoming && random.happens(0.25) ? { reference: `visit-${random.whole(1000, 9999)}` } : {}),
      },
    };
  });
}

function messageRow(past: Past, index: number, id: IdOf, clock: Clock): Row {
  // a different second for each, so that no two messages share a moment
  const at = clock.ago(past.minutesAgo + index / 6000);
  const later = clock.ago(Math.max(past.minutesAgo - 0.4, 0));
  const { channel, contact, incoming, body, more = {}, ahead = [], after = [] } = past;
  const row = compose({
    id: id('bird-message', ...past.name),
    channel,
    contact,
    at,
    incoming,
    more: { ...(body ? { body } : {}), ...more },
  });
  const { attributes } = row;
  if (!incoming) {
    if (more.status === undefined) attributes.status = 'delivered';
    const waits = attributes.status === 'scheduled';
    if (waits) attributes.scheduledFor = clock.ago(-2 * DAY);
    else Object.assign(attributes, taken(channel.attributes.platformId, row.id));
    attributes.lastStatusAt = attributes.updatedAt = waits ? at : later;
  }
  if (attributes.tags) attributes.tagIds = attributes.tags.map((tag: string) => id('bird-tag', tag));
  row.ahead = ahead.map((status) => ({ status }));
  row.own.after = [...after];
  return row;
}

/** Adds the interactions of the readers of a message. */
function linger(rows: Row[], channels: readonly Row[], id: IdOf, random: Random): Row[] {
  const active = rows.filter(
    ({ attributes }) => attributes.direction === 'outgoing' && attributes.status === 'delivered',
  );
  for (const row of active) {
    const channel = channels.find((one) => one.id === row.attributes.channelId);
    const platformId: string = channel?.attributes.platformId ?? '';
    const mail = platformId === 'email-messagebird';
    if (
      row.id !== id('bird-message', 'showcase', 'landmark') &&
      !random.happens(mail || platformId === 'whatsapp' ? 0.7 : 0)
    )
      continue;
    const act = (type: string, more: Dictionary = {}) => {
      row.own.interactions.push(
        interactionOf(
          row.attributes,
          platformId,
          id('bird-interaction', row.id, type),
          type,
          row.attributes.updatedAt,
          more,
        ),
      );
    };
    act(mail ? 'opened' : 'read');
    if (mail && random.happens(0.3))
      act('clicked', {
        metadata: { link: { name: 'Your appointment', url: 'https://harbour.example.org/appointments' } },
      });
    if (!mail && (random.happens(0.12) || row.id === id('bird-message', 'showcase', 'landmark')))
      act('reaction', { metadata: { reaction: { emoji: random.pick(['👍', '❤️', '🙏']), action: 'react' } } });
    if (mail && random.happens(0.04)) act('unsubscribe-request');
  }
  return rows;
}
