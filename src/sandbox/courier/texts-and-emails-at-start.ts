import type { Clock } from '../clock.ts';
import type { Dictionary } from '../dictionary.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { type Row, rowOf } from '../row.ts';
import { notice, opener, storyteller } from '../talk.ts';
import { sidOf, steps } from './texts.ts';

const DAY = 1440;
/** The numbers that the organizations send texts from. */
export const NUMBERS = { harbour: '+12025550104', northside: '+447700900104', lantern: '+12025550105' };
const TEXT_STATUSES: { status: string; ahead?: string[]; error?: string }[] = [
  { status: 'accepted', ahead: ['queued', 'sending', 'sent', 'delivered'] },
  { status: 'scheduled' },
  { status: 'queued', ahead: ['sending', 'sent', 'delivered'] },
  { status: 'sending', ahead: ['sent', 'delivered'] },
  { status: 'sent', ahead: ['delivered'] },
  { status: 'delivered' },
  { status: 'undelivered', error: '30003: unreachable destination handset' },
  { status: 'failed', error: '21610: the receiver has replied STOP' },
  { status: 'receiving', ahead: ['received'] },
  { status: 'received' },
  { status: 'canceled' },
];
const EMAIL_STATUSES = ['draft', 'sending', 'sent', 'sent', 'sent', 'delivered', 'failed'];
const SUBJECTS = {
  desk: ['Your visit summary', 'About your invoice', 'Your exercise plan', 'Before your next visit'],
  person: ['A question', 'My next appointment', 'My papers'],
};

/** The accounts that the organizations send texts from, one each. */
export function accountsAtStart(id: IdOf, clock: Clock): Row[] {
  return Object.entries(NUMBERS).map(([key, number]) =>
    rowOf('text-accounts', id('courier-account', key), {
      'allow-custom-number': false,
      'created-at': clock.ago(400 * DAY),
      'organization-id': id('courier-organization', key),
      'phone-number': number,
      'twilio-id': `AC${id('courier-account', key).replaceAll('-', '')}`,
    }),
  );
}

/** Texts of all accounts in every status, most of them delivered or received; oldest first. */
export function textsAtStart(
  people: readonly Person[],
  { id, clock, random }: { id: IdOf; clock: Clock; random: Random },
): Row[] {
  const reachable = people.filter(({ courier }) => courier?.phone && !courier.provider);
  const tell = storyteller(random);
  const texts = reachable.flatMap((person, round) => {
    const organization = person.courier?.organization ?? 'harbour';
    const phone = `+${person.courier?.phone?.replace(/ext.*$/, '').replace(/\D/g, '')}`;
    const minutes = random.next() * 30 * DAY + 60;
    return tell(person.first).map((line, index): Row => {
      const incoming = line.by === 'them';
      const odd =
        index === 0 && round % 2 === 0 && person.key !== 'amina'
          ? TEXT_STATUSES[(round / 2) % TEXT_STATUSES.length]
          : undefined;
      const backwards = odd?.status === 'receiving' || odd?.status === 'received';
      const inbound = odd ? backwards : incoming;
      const stuck = odd && (odd.ahead || odd.status === 'scheduled');
      const at = clock.ago((stuck ? 10 + round / 10 : minutes - index * 4) + round / 1000);
      const ends = { from: NUMBERS[organization], target: phone };
      const own = id('courier-text', person.key, index);
      const attributes: Dictionary = {
        'created-at': at,
        ...(inbound ? {} : { 'created-by': id('courier-user', 'desk') }),
        ...(odd?.error ? { error: odd.error } : {}),
        ...(inbound ? { from: ends.target, target: ends.from } : ends),
        'last-modified-at': at,
        message: line.text,
        status: odd?.status ?? (incoming ? 'received' : 'delivered'),
        'twilio-sid': sidOf(own),
      };
      const kept = {
        'account-id': id('courier-account', organization),
        'number-id': id('courier-number', organization),
      };
      return { ...rowOf('texts', own, attributes, kept), ahead: steps(...(odd?.ahead ?? [])) };
    });
  });
  return texts.sort((a, b) => a.attributes['created-at'].localeCompare(b.attributes['created-at']));
}

/** Emails about each of some people: one they wrote to the clinic and one from the desk to them; oldest first. */
export function emailsAtStart(
  people: readonly Person[],
  { id, clock, random }: { id: IdOf; clock: Clock; random: Random },
): Row[] {
  const writers = people.filter(({ courier }) => courier?.email && !courier.provider);
  const emails = writers.slice(0, 24).flatMap((person, round) =>
    (['person', 'desk'] as const).map((by, index): Row => {
      const status =
        EMAIL_STATUSES[person.key === 'amina' ? 2 : (round + index * 3) % EMAIL_STATUSES.length] ?? 'sent';
      const at = clock.ago(random.next() * 40 * DAY + 30 + round / 1000);
      const writer = by === 'person' ? person.key : 'desk';
      const subject = random.pick(SUBJECTS[by]);
      const message = by === 'desk' ? notice(random, person.first) : opener(random);
      const attributes = {
        'created-at': at,
        'created-by': id('courier-user', writer),
        'individual-id': id('courier-individual', person.key),
        'last-modified-at': at,
        message,
        'message-html': `<p>${message}</p>`,
        ...(status === 'failed' ? { result: '550 mailbox unavailable' } : {}),
        ...(status === 'sent' || status === 'delivered' ? { result: '250 accepted' } : {}),
        'sender-organization-id': id('courier-organization', person.courier?.organization ?? 'harbour'),
        status,
        subject,
        ...(status === 'draft' ? {} : { 'task-id': id('courier-task', person.key, by) }),
        to: by === 'person' ? ['care@harbour.example.org'] : [person.courier?.email?.trim() ?? ''],
        'user-id': id('courier-user', writer),
      };
      const row = rowOf('user-emails', id('courier-email', person.key, by), attributes);
      return { ...row, ahead: status === 'sending' ? [{ status: 'sent', result: '250 accepted' }] : [] };
    }),
  );
  return emails.sort((a, b) => a.attributes['created-at'].localeCompare(b.attributes['created-at']));
}
