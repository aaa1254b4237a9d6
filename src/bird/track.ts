import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { write } from '../graph/input.ts';
import { mutation } from '../graph/mutation.ts';
import { isRecord, readObject } from '../graph/verbs/answer.ts';
import { callAs } from '../graph/verbs/operation.ts';
import { InvalidResponseError } from '../upstream/errors.ts';
import { inputType, lookUp } from './bird.ts';
import { dialect } from './dialect.ts';
import { askIn, operation } from './load.ts';
import { refuseNulls } from './refuse-nulls.ts';

const getConfiguration = lookUp(
  'trackingConfiguration',
  '/workspaces/{workspaceId}/applications/{applicationId}/signature/{signature}',
  {
    description:
      'How an application sends tracked events; null when there is no such application. What is needed to send one is its `tracking`.',
  },
);

const track = operation('POST', '/tracking/track');

/** The version that every event names, as the sample of Bird's page does. */
const SDK_VERSION = '0.0.1';

/** How deep the properties of an event may be (Bird's page on tracking events). */
const MAX_DEPTH = 5;

/** Where events of an application go, and the key that they carry. */
interface Target {
  readonly endpoint: string;
  readonly writeKey: string | undefined;
}

/**
 * Where the configuration of an application has its events go.
 *
 * @throws {UpstreamError} Bird knows no such application, or the configuration says no such thing
 */
const readTarget = async (
  context: Context,
  workspaceId: string,
  params: { readonly applicationId: string; readonly signature: string },
): Promise<Target> => {
  const key = ['bird tracking', workspaceId, params.applicationId, params.signature].join(' ');
  const kept = context.services.cache?.get(key);
  // What is kept under this key was put there below.
  if (kept) return kept as Target;
  const answer = await askIn(context, getConfiguration, workspaceId, {
    params,
    inputPath: dialect.inputPath('input.'),
  });
  const { tracking } = readObject(answer, getConfiguration);
  if (!isRecord(tracking) || typeof tracking.endpoint !== 'string')
    throw new InvalidResponseError(getConfiguration, answer.status);
  const { endpoint, writeKey } = tracking;
  const target = { endpoint, writeKey: typeof writeKey === 'string' ? writeKey : undefined };
  context.services.cache?.set(key, target);
  return target;
};

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

/** Refuses a text that cannot stand in a header. */
const checkHeader = (value: string, field: string): void => {
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(value)) throw new InputError(field, 'must be plain ASCII');
};

/** Refuses what is no object of JSON. */
const checkObject = (value: unknown, field: string): void => {
  if (value !== undefined && !isRecord(value)) throw new InputError(field, 'must be an object');
};

mutation('trackBirdEvent', {
  description: [
    'Tells Bird of something that a contact did. It goes where the configuration of the application says, which is',
    'another host than Bird’s own, and carries the write key of the application in place of Pigeon’s access key.',
  ].join(' '),
  operations: [getConfiguration, track],
  input: (t) => ({
    ...dialect.scopeInput(t, false),
    applicationId: t.id({ required: true, description: 'Native id of the application.' }),
    signature: t.string({
      required: true,
      description: 'The signature in the address of the application’s configuration.',
    }),
    writeKey: t.string({ description: 'The write key; by default the one of the configuration.' }),
    event: t.string({ required: true, description: 'The name of the event, in plain ASCII.' }),
    identifiers: t.field({
      type: [inputType('TrackedIdentifier')],
      required: true,
      description: 'Whose event it is: the identifiers of the contact.',
    }),
    resolutionStrategy: t.string({
      defaultValue: 'lookup',
      required: true,
      description: 'How the contact is found.',
    }),
    entityType: t.string({
      defaultValue: 'contact',
      required: true,
      description: 'What the event belongs to.',
    }),
    timestamp: t.field({ type: 'DateTime', description: 'When it happened; by default now.' }),
    properties: t.field({
      type: 'JSON',
      description: 'What is known about the event: an object, at most five levels deep.',
    }),
    context: t.field({
      type: 'JSON',
      description: 'Where the event comes from, such as the page and the program: an object.',
    }),
    messageId: t.string({ description: 'Your own id of the event; by default one is made up.' }),
  }),
  resolve: async (given, context) => {
    const scope = dialect.scopeOfInput(context, { ...given });
    const input = refuseNulls(given, 'input', ['workspaceId']) as typeof given;
    const { applicationId, signature, event, properties, timestamp = new Date() } = input;
    const component = (name: string) => dialect.contract.component(name);
    write(
      dialect,
      { type: 'string', format: 'uuid', nullable: false },
      applicationId,
      'input.applicationId',
      '',
    );
    if (/^\.{0,2}$/.test(signature)) throw new InputError('input.signature', 'cannot stand in a path');
    checkHeader(event, 'input.event');
    if (typeof input.writeKey === 'string') checkHeader(input.writeKey, 'input.writeKey');
    checkObject(properties, 'input.properties');
    checkObject(input.context, 'input.context');
    if (depthOf(properties) > MAX_DEPTH)
      throw new InputError('input.properties', `must be at most ${MAX_DEPTH} levels deep`);
    if (input.identifiers.length === 0) throw new InputError('input.identifiers', 'must name somebody');

    const workspaceId = scope.slice(0, -1);
    const target = await readTarget(context, workspaceId, { applicationId, signature });
    const writeKey = input.writeKey ?? target.writeKey;
    if (writeKey === undefined)
      throw new InputError('input.writeKey', 'is needed: the configuration has none');
    const messageId = input.messageId ?? randomUUID();
    const { body } = await callAs(dialect, context, track, {
      address: target.endpoint,
      headers: {
        'X-Bird-Write-Key': writeKey,
        'X-Bird-Workspace-Id': workspaceId,
        'X-Bird-Event-Name': event,
        'X-Bird-Sdk-Version': SDK_VERSION,
      },
      body: write(
        dialect,
        component('TrackedEvent'),
        {
          timestamp,
          event,
          type: 'track',
          identity: {
            resolutionStrategy: input.resolutionStrategy,
            entityType: input.entityType,
            identifiers: input.identifiers,
          },
          properties,
          context: input.context,
          messageId,
        },
        'input',
        '',
      ),
      inputPath: dialect.inputPath('input.'),
    });
    return { messageId, answer: body };
  },
  payload: (t) => ({
    messageId: t.exposeString('messageId', { description: 'The id of the event, as it was sent.' }),
    answer: t.field({
      type: 'JSON',
      description: 'What the other host answers, where it answers at all; Bird does not print what.',
      resolve: ({ answer }) => answer,
    }),
  }),
});
