import type { Call, Handler } from '../call.ts';
import type { Behaviour, Collection } from '../collection.ts';
import type { Dictionary } from '../dictionary.ts';
import { type Row, type Rows, rowOf } from '../row.ts';
import { userOf } from './dialect.ts';
import { spoken } from './speech.ts';

/** Puts an individual into a video call; returns them as the call tells them. */
export function joined(
  rows: Rows,
  channel: Row,
  id: string,
  individualId: string,
  more: Dictionary = {},
): Dictionary {
  const provider = rows.attributes('individuals', individualId)['account-type'] === 'provider';
  const { 'created-at': at } = channel.attributes;
  const twilio = `${channel.id.slice(0, -4)}cccc`;
  rows.add(
    rowOf('video-participants', id, {
      'account-type': provider ? 'provider' : 'participant',
      'audio-state': 'unmuted',
      disconnected: true,
      note: '',
      status: 'invited',
      ...more,
      'individual-id': individualId,
      'last-modified-at': at,
      'last-modified-by': channel.attributes['created-by'],
      'twilio-channel-id': twilio,
      'video-channel-id': channel.id,
      ...(more.status && more.status !== 'invited' && { 'connected-at': at }),
    }),
  );
  const user = userOf(rows, individualId);
  return {
    id,
    'individual-id': individualId,
    ...(user && { user: { id: user.id, 'registration-invite': 'accepted' } }),
  };
}

/** What is special about video and voice calls. */
export const callBehaviours: Record<string, Behaviour> = {
  'video-channels': {
    begins: {
      'channel-state': 'open',
      compositions: [],
      duration: 0,
      'max-participants': 0,
      note: '',
      type: 'direct',
    },
    narrows: {
      'filter[states]': 'channel-state',
      'individual-id': ({ attributes }, value) =>
        attributes.participants.some((one: Dictionary) => one['individual-id'] === value),
    },
    made(channel, { world }) {
      const { attributes } = channel;
      const individuals: string[] = attributes.participants ?? [];
      attributes.participants = individuals.map((id) =>
        joined(world.courier.rows, channel, world.fresh('participant'), id),
      );
      if (attributes.appointment)
        Object.assign(attributes, {
          'channel-state': 'scheduled',
          appointment: { id: world.fresh('appointment'), ...attributes.appointment },
        });
    },
    changed(channel, { operation, world }) {
      const { attributes, id } = channel;
      const { 'appointment-start': start, 'appointment-duration': duration, ...rest } = attributes;
      if (start !== undefined || duration !== undefined) {
        const appointment = { id: world.fresh('appointment'), ...rest.appointment };
        channel.attributes = {
          ...rest,
          appointment: { ...appointment, ...(start && { start }), ...(duration && { duration }) },
        };
      }
      if (!operation.path.endsWith('/terminate/')) return;
      attributes['channel-state'] = 'terminated';
      for (const row of world.courier.rows.all('video-participants'))
        if (row.attributes['video-channel-id'] === id)
          Object.assign(row.attributes, { disconnected: true, status: 'disconnected' });
    },
  },
  // who acts is named there, and sees all
  'video-participants': { narrows: { 'individual-id': false } },
  'voice-conferences': {
    begins: { state: 'created' },
    made(row) {
      row.ahead = [{ state: 'running' }, { state: 'completed' }];
    },
  },
  'voice-surveys': {
    begins: { state: 'created' },
    made(row) {
      row.ahead = [{ state: 'running' }, { state: 'completed' }];
    },
  },
  'voice-queue-agents': {
    made(row, { world }) {
      const user = userOf(world.courier.rows, row.attributes['individual-id']);
      row.attributes['access-token'] = `sandbox-voice-${row.id}`;
      if (user) row.attributes.user = { id: user.id };
    },
  },
  'voice-settings': {
    begins: { 'recording-enabled': false },
    made({ attributes }, { world }) {
      const account = world.courier.rows.attributes('text-accounts', attributes['account-id']);
      attributes['organization-id'] = account['organization-id'];
    },
  },
};

const TWIML = `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Gather numDigits="1" timeout="5">
    <Say>Thank you for calling Harbour Clinic. Press 1 for appointments, or 2 for prescriptions.</Say>
  </Gather>
  <Redirect/>
</Response>
`;

/** What calls can do that no other row can. */
export function callHandlers(collection: Collection): Record<string, Handler> {
  const token = (call: Call, row: Row) => `sandbox-call-${row.id}-${call.text('individual-id')}`;
  return {
    'GET /v1/video-channels/{id}/get-credentials/': (call) => {
      const row = collection.found(call, 'video-channels');
      return { status: 200, body: { 'access-token': token(call, row), name: `room-${row.id}` } };
    },

    'GET /v1/voice-conferences/{id}/get-credentials/': (call) => ({
      status: 200,
      body: { 'access-token': token(call, collection.found(call, 'voice-conferences')) },
    }),

    'POST /v1/video-channels/{id}/participant-audio-states/': (call) => {
      const channel = collection.found(call, 'video-channels');
      collection.given(call);
      for (const { id, 'audio-state': state } of call.body.participants) {
        const row = call.world.courier.rows.get('video-participants', id);
        if (row) collection.touch(call, row, { 'audio-state': state });
      }
      return collection.one(call, channel);
    },

    'POST /v2/video-channels/{id}/finalize-encounter/': (call) =>
      collection.one(call, collection.touch(call, collection.found(call, 'video-channels'))),

    'POST /v1/voice-settings/{id}/run-task/': (call) => {
      const setting = collection.found(call, 'voice-settings');
      const { method, kwargs = {} } = call.body;
      const given = {
        'setting-id': setting.id,
        method,
        kwargs,
        state: 'created',
        result: {},
        'error-message': '',
      };
      const task = collection.make(call, 'voice-tasks', given);
      task.ahead = [{ state: 'running' }, { state: 'completed', result: { refreshed: 3 } }];
      return collection.one(call, task);
    },

    'POST /v1/voice-ivrs/{id}/twiml/': (call) => ({
      status: call.operation.success,
      bytes: { type: 'application/xml', data: Buffer.from(TWIML) },
    }),

    'POST /v1/tts-synthesizers/': (call) => ({
      status: call.operation.success,
      bytes: { type: 'audio/wav', data: spoken(call.body.data.attributes.text) },
    }),
  };
}
