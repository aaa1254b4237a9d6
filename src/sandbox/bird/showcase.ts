import type { Dictionary } from '../dictionary.ts';
import type { Row } from '../row.ts';
import { exhibits, templateExhibit, textBody } from './bodies.ts';
import { OUTCOMES } from './outcomes.ts';

const DAY = 1440;

/** A message of the past, with what its platform and its reader did. */
export interface Past {
  name: (string | number)[];
  channel: Row;
  contact: Row;
  incoming: boolean;
  minutesAgo: number;
  body?: Dictionary;
  more?: Dictionary;
  ahead?: string[];
  after?: string[];
}

/** One message of every kind to one person. */
export function showcase(contact: Row, channel: (key: string) => Row | undefined, photoUrl: string): Past[] {
  const pasts = Object.entries(exhibits).flatMap(([type, body], index): Past[] => {
    const on = channel(type === 'html' ? 'email' : 'whatsapp');
    const name = ['showcase', type];
    const meta = type === 'html' ? { meta: { email: { subject: 'Your visit summary' } } } : {};
    return on
      ? [{ name, channel: on, contact, incoming: false, minutesAgo: 3 * DAY - index * 7, body, more: meta }]
      : [];
  });
  const whatsapp = channel('whatsapp');
  if (!whatsapp) return pasts;
  const photo = {
    type: 'image',
    image: { images: [{ mediaUrl: photoUrl, altText: 'A wrist' }] },
  };
  return [
    ...pasts,
    ...[
      {
        name: ['showcase', 'template'],
        incoming: false,
        minutesAgo: 3 * DAY - 95,
        more: { template: templateExhibit },
      },
      { name: ['showcase', 'photo'], incoming: true, minutesAgo: 3 * DAY - 99, body: photo },
      {
        name: ['showcase', 'landmark'],
        incoming: false,
        minutesAgo: 2 * DAY,
        body: textBody('Thank you for the photo, Amina. It heals well. See you on Thursday at 10:30!'),
        more: { reference: 'visit-2041', tags: ['appointment', 'follow-up'] },
      },
    ].map((past) => ({ channel: whatsapp, contact, ...past })),
  ];
}

/** Messages in every status that a message can end in, and some that wait for their time. */
export function everyStatus(contacts: readonly Row[], channel?: Row): Past[] {
  const reachable = contacts.filter(({ attributes }) =>
    attributes.identifiers.some(
      ({ key, value }: Dictionary) => key === 'phonenumber' && value.startsWith('+'),
    ),
  );
  if (!channel) return [];
  const ends = Object.values(OUTCOMES).map(({ path, ...outcome }) => ({ status: path.at(-1), ...outcome }));
  const shows = [
    ...ends.filter(({ details }) => details !== 'hard_bounce'),
    { status: 'deleted', details: 'removed', reason: '' },
    { status: 'scheduled', details: '', reason: '' },
  ];
  return [0, 1].flatMap((round) =>
    shows.flatMap(({ status = 'delivered', ...why }, index): Past[] => {
      const contact = reachable[(round * shows.length + index * 3 + 1) % reachable.length];
      if (!contact) return [];
      const text = 'A reminder: your appointment is tomorrow at 9:15. Reply 2 to move it.';
      const waits = status === 'scheduled';
      return [
        {
          name: ['status', status, round],
          channel,
          contact,
          incoming: false,
          body: textBody(text),
          minutesAgo: waits ? 300 + round * 60 : (4 + index + round * 9) * 0.5 * DAY,
          more: { status, ...why, tags: ['reminder'] },
          ...(waits ? { ahead: ['accepted', 'processing', 'sent', 'delivered'] } : {}),
        },
      ];
    }),
  );
}

/** Messages of the last minutes that are still on their way, so that a newcomer sees statuses move. */
export function underway(contacts: readonly Row[], channel: (key: string) => Row | undefined): Past[] {
  const stages = ['accepted', 'processing', 'sent', 'delivered'];
  const texts = [
    'Your taxi to the clinic is booked for 8:20.',
    'Your glasses are ready, come by any time until 18:00.',
    'Thank you for your payment. The receipt is in your inbox.',
  ];
  return ['whatsapp', 'sms', 'whatsapp-shop'].flatMap((key, row) => {
    const on = channel(key);
    const reachable = contacts.filter(({ attributes }) =>
      attributes.identifiers.some((one: Dictionary) => one.key === 'phonenumber'),
    );
    return stages.slice(0, 3).flatMap((status, stage): Past[] => {
      const contact = reachable[row * 3 + stage];
      if (!on || !contact) return [];
      return [
        {
          name: ['underway', key, stage],
          channel: on,
          contact,
          incoming: false,
          minutesAgo: 0.5 + stage + row * 0.3,
          body: textBody(texts[stage] ?? ''),
          more: { status, reference: `today-${row}${stage}` },
          ahead: stages.slice(stage + 1),
          ...(on.attributes.platformId === 'whatsapp' ? { after: ['read'] } : {}),
        },
      ];
    });
  });
}
