import type { Clock } from '../clock.ts';
import type { Dictionary } from '../dictionary.ts';
import type { Files } from '../files.ts';
import type { IdOf } from '../naming.ts';
import { type Row, type Rows, rowOf } from '../row.ts';
import type { Home } from '../seeds.ts';
import { joined } from './calls.ts';
import { NUMBERS } from './texts-and-emails-at-start.ts';

const DAY = 1440;
const BADGES = ['appointment', 'message', 'form'];

/** Brings together what the examples of the contract alone do not: each change is to one type of row. */
export function relateSeeds(
  rows: Rows,
  homes: readonly Home[],
  { id, clock, files }: { id: IdOf; clock: Clock; files: Files },
): void {
  const at = ({ own }: Row) => homes.find(({ key }) => key === own.home);
  const each = (type: string, change: (row: Row, index: number, leads: Home['leads']) => void) => {
    for (const group of Map.groupBy(rows.all(type), ({ own }) => own.home).values())
      for (const [index, row] of group.entries()) change(row, index, at(row)?.leads ?? {});
  };
  each('text-account-numbers', (row, index) => {
    if (index === 0) row.attributes['phone-number'] = NUMBERS[row.own.home as keyof typeof NUMBERS];
  });
  each('badge-counts', ({ attributes }, index) => {
    attributes.type = BADGES[index];
  });
  each('multicasts', ({ attributes }, _, leads) => {
    attributes['individual-id'] = leads['staff individuals'];
    const group = rows.attributes('individual-groups', attributes['individual-group-id']);
    attributes['individual-ids'] = group.individuals.map((one: Dictionary) => one.id);
  });
  each('voice-queue-agents', ({ attributes }, _, leads) => {
    attributes['individual-id'] = leads['staff individuals'];
    attributes.user = { id: leads['staff users'] };
  });
  each('messaging-bulk-messages', ({ attributes }) => {
    if (attributes.draft) delete attributes['posted-time'];
  });
  each('messaging-responders', ({ attributes }) => {
    if (attributes.type === 'period')
      Object.assign(attributes, { 'start-at': clock.ago(-3 * DAY), 'end-at': clock.ago(-10 * DAY) });
  });
  each('messaging-bookmarks', ({ attributes }, index) => {
    const inChannel = ({ attributes: one }: Row) => one['channel-id'] === attributes.channel.id;
    const message = rows
      .all('messaging-messages')
      .filter(inChannel)
      .at(-2 - index * 3);
    if (message) attributes.message = { id: message.id };
  });
  const phones = rows.all('users').flatMap(({ attributes }) => attributes.phone ?? []);
  for (const [index, { attributes }] of rows.all('text-number-info').entries())
    attributes.number = `+${phones[index * 4]?.replace(/ext.*$/, '').replace(/\D/g, '')}`;
  each('notification-counts', ({ attributes, own }, index) => {
    own['created-at'] = clock.ago((index + 1) * DAY);
    attributes['daily-for-date'] = own['created-at'].slice(0, 10);
  });
  each('text-receive-logs', ({ id: own, attributes }) => {
    attributes.sid = own;
  });
  for (const row of rows.all('user-email-attachments')) {
    row.own.pending = !row.attributes['ready-to-use'];
    row.own.key = `user-email-attachments/${row.id}`;
    if (!row.own.pending) files.put(row.own.key, { type: row.attributes['content-type'], data: pdf() });
  }
  const [device] = rows.all('user-devices');
  if (device) {
    const attributes = {
      ...device.attributes,
      'individual-id': id('courier-individual', 'desk'),
      model: 'iPad',
      token: 'sandbox-apn-token-desk',
    };
    rows.add(rowOf('user-devices', id('courier', 'user-devices', 'desk'), attributes));
  }
  for (const channel of rows.all('video-channels'))
    callAtStart(rows, channel, at(channel)?.leads ?? {}, id, clock);
}

/** The people and the recordings of a video call become rows of their own; its appointment gets its time. */
function callAtStart(rows: Rows, channel: Row, leads: Home['leads'], id: IdOf, clock: Clock): void {
  const { attributes } = channel;
  const given: Dictionary[] = attributes.participants;
  attributes.participants = given.map((more, index) => {
    const individual = leads[more['account-type'] === 'provider' ? 'staff individuals' : 'individuals'] ?? '';
    return joined(rows, channel, id('courier-participant', channel.id, index), individual, more);
  });
  attributes.compositions = attributes.compositions.map((more: Dictionary, index: number) => {
    const times = { 'created-at': attributes['created-at'], 'last-modified-at': attributes['created-at'] };
    const composition = { ...more, ...times, 'video-channel-id': channel.id };
    return {
      id: rows.add(rowOf('video-compositions', id('courier-composition', channel.id, index), composition)).id,
    };
  });
  const start = attributes['channel-state'] === 'scheduled' ? -2 * DAY : 3 * DAY;
  if (attributes.appointment)
    Object.assign(attributes.appointment, { start: clock.ago(start), 'join-start': clock.ago(start + 10) });
}

/** A file that is just enough of a PDF. */
function pdf(): Buffer {
  return Buffer.from(
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
  );
}
