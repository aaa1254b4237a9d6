import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Claim, ledger } from '../src/graph/ledger.ts';
import { startCoverage } from './support/coverage.ts';
import type { Given } from './support/example-input.ts';
import { nodeOf } from './support/node-of.ts';
import { givenBy, idOf } from './support/operation-inputs.ts';
import { requestOf } from './support/operations.ts';
import { preparing } from './support/preparing.ts';
import { type LiveGateway, startLiveGateway } from './support/sandbox.ts';
import { watchSent } from './support/sent.ts';

const coverage = startCoverage();
const sent = watchSent();
let gateway: LiveGateway;
beforeAll(async () => {
  // All that a message can hold is more than one document may ask for.
  gateway = await startLiveGateway({ limits: { depth: 20, aliases: 1000, tokens: 10_000 } });
});
afterAll(() => {
  sent[Symbol.dispose]();
  return gateway.close();
});

const name = ({ method, path }: Claim) => `${method} ${path}`;
const courier = ledger().filter(({ api }) => api === 'courier');
const bird = ledger().filter(({ api }) => api === 'bird');

const given = givenBy(preparing(() => gateway));

/** Asks all that an operation must be asked to say everything, and gives what is shown at the first. */
const ask = async (operation: Claim, all: boolean) => {
  const askings = [(await given[name(operation)]?.()) ?? {}].flat();
  const shown = [];
  for (const asking of askings) shown.push(await askOnce(operation, all, asking));
  return shown[0];
};

const askOnce = async (operation: Claim, all: boolean, given: Given) => {
  const { document, variables, path } = requestOf(operation, all, { idOf, nodeOf }, given);
  coverage.note(document, variables);
  const { body } = await gateway.ask(document, variables);
  const faults = body.errors?.map(({ message, extensions: { fields } }) => [message, fields]);
  expect(faults, JSON.stringify([faults, variables])).toBeUndefined();
  return path.reduce<unknown>(
    (at, step) =>
      (Array.isArray(at)
        ? (at.find((row) => row[step]?.nodes?.length > 0) ?? at[0])
        : (at as Record<string, unknown> | null))?.[step],
    body.data,
  );
};

/** Lists below rows of which not every one has some. */
const MAY_BE_EMPTY = ['GET /v1/user-devices/{id}/get-logs/'];

describe('every read of courier', () => {
  const reads = courier.filter(({ safe }) => safe);

  test.each(reads.map((claim) => [name(claim), claim] as const))('%s is answered whole', async (_, claim) => {
    const got = await ask(claim, false);
    expect(got).not.toBeNull();
    const { nodes } = got as { nodes?: unknown[] };
    if (nodes && !MAY_BE_EMPTY.includes(name(claim))) expect(nodes.length).toBeGreaterThan(0);
  });

  test.each(reads.map((claim) => [name(claim), claim] as const))(
    '%s takes all its arguments',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

/** Files that are uploaded for a channel: nobody has uploaded one. */
const MAY_BE_NULL = ['GET /workspaces/{workspaceId}/channels/{channelId}/media/{fileId}'];

describe('every read of Bird', () => {
  const reads = bird.filter(({ safe }) => safe);

  test.each(reads.map((claim) => [name(claim), claim] as const))('%s is answered whole', async (_, claim) => {
    const got = await ask(claim, false);
    if (!MAY_BE_NULL.includes(name(claim))) expect(got).not.toBeNull();
  });

  test.each(reads.map((claim) => [name(claim), claim] as const))(
    '%s takes all its arguments',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

describe('every change of courier', () => {
  const changes = courier.filter(({ safe }) => !safe);

  test.each(changes.map((claim) => [name(claim), claim] as const))(
    '%s is made with all that it takes',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

describe('every change of Bird', () => {
  // What others need is deleted last, from the inside out.
  const changes = bird
    .filter(({ safe }) => !safe)
    .toSorted(
      (a, b) =>
        Number(a.method === 'DELETE') - Number(b.method === 'DELETE') ||
        (a.method === 'DELETE' ? b.path.length - a.path.length : 0),
    );

  test.each(changes.map((claim) => [name(claim), claim] as const))(
    '%s is made with all that it takes',
    async (_, claim) => {
      await ask(claim, true);
    },
  );
});

test('nothing that is documented was left uncalled', () => {
  expect(
    ledger()
      .filter((claim) => !sent.isAsked(claim))
      .map(name),
  ).toEqual([]);
});

test('no parameter and no field of a body was left unsent', () => {
  expect(ledger().flatMap((claim) => sent.unsent(claim))).toEqual([
    // It follows from what is selected: test/bird/contacts.test.ts.
    'GET /workspaces/{workspaceId}/contacts/{contactId} attribute',
    // It chooses what is answered of a contact, and all is.
    'PATCH /workspaces/{workspaceId}/contacts/{contactId} attribute',
    // It has no effect, as the contract says.
    'DELETE /workspaces/{workspaceId}/contacts/{contactId} attribute',
  ]);
});

/** What belongs to no operation and has a test of its own, beside the room that holds it. */
const APART = [
  // test/bird/channels.test.ts
  'Bird.workspaceId',
  // test/bird/contacts.test.ts
  'BirdContact.attributes(keys:)',
  // test/bird/webhook-ensure.test.ts
  'BirdWebhookRefusal.event',
  'BirdWebhookRefusal.reason',
  'EnsureBirdWebhooksInput.events',
  'EnsureBirdWebhooksInput.workspaceId',
  'EnsureBirdWebhooksPayload.created',
  'EnsureBirdWebhooksPayload.existing',
  'EnsureBirdWebhooksPayload.refused',
  // test/joined/directory.test.ts
  'Courier.directory',
  'CourierDirectory.identifiers',
  'CourierDirectory.sweptAt',
  'CourierDirectory.users',
  // test/joined/identity.test.ts
  'BirdContact.individuals(confidence:)',
  'CourierIndividual.contacts(confidence:)',
];

test('nothing was left unread, no argument and no field of an input left out', () => {
  expect([...coverage.unselected(), ...coverage.ungiven()].toSorted()).toEqual(APART.toSorted());
});
