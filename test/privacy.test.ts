import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLField, getNamedType, isEnumType, isLeafType, isObjectType } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledger } from '../src/graph/ledger.ts';
import { isPersonal, personalFields } from '../src/graph/personal.ts';
import { openDirectory } from '../src/joined/directory.ts';
import { openSqliteOutbox } from '../src/outbox/sqlite-outbox.ts';
import { fixtureIds } from '../src/sandbox/fixture-ids.ts';
import { schema } from '../src/schema.ts';
import { nodeOf } from './support/node-of.ts';
import { idOf } from './support/operation-inputs.ts';
import { requestOf } from './support/operations.ts';
import { type LiveGateway, startLiveGateway } from './support/sandbox.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'pigeon-privacy-'));
/** All that was logged, at the most talkative level. */
const lines: string[] = [];
/** All that was shown of what an operation cost, and what the errors said. */
const shown: string[] = [];
let gateway: LiveGateway;
let swept = async () => {};

/** Personal values by the field that told them, and what fields told that are not marked. */
const personal = new Map<string, string>();
const plain = new Map<string, Set<string>>();

const PLANTED = {
  text: 'Zebedee takes 5 mg of planted medicine',
  phone: '+491512345678',
  email: 'zebedee@planted.example',
};

beforeAll(async () => {
  gateway = await startLiveGateway({
    limits: { depth: 20, aliases: 1000, tokens: 10_000 },
    audit: true,
    log: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
    dataDir,
    sends: openSqliteOutbox({ dataDir }),
    directory: ({ services }) => {
      if (!services.courier) throw new Error('the sandbox plays courier');
      const directory = openDirectory({
        courier: services.courier,
        dataDir,
        intervalMs: 0,
        maxAgeMs: 1_800_000,
        defaultRegion: 'US',
        warn: services.warn,
      });
      swept = async () => void (await directory.sweep());
      return directory;
    },
  });
  await swept();
  for (const operation of ledger().filter(({ safe }) => safe)) {
    let request: ReturnType<typeof requestOf>;
    try {
      request = requestOf(operation, false, { idOf, nodeOf });
    } catch {
      // One that needs what only a change before it gives is called in the table of all operations.
      continue;
    }
    await ask(request.document, request.variables);
  }
  const { courierIndividualId, email } = fixtureIds;
  await ask(
    `query ($email: String!, $id: ID!) {
      person(by: { email: $email }) { __typename name timeline(first: 50) { nodes { __typename text author { __typename name } } } }
      one: person(by: { courierIndividualId: $id }) { __typename name }
      other: person(by: { email: "${PLANTED.email}" }) { __typename name }
      third: person(by: { phone: "${PLANTED.phone}" }) { __typename name }
    }`,
    { email, id: courierIndividualId },
  );
  await ask(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { __typename id text } } }',
    {
      input: {
        channelId: fixtureIds.birdChannelId,
        contactId: fixtureIds.birdContactId,
        text: PLANTED.text,
        idempotencyKey: 'a planted key',
      },
    },
  );
  await gateway.sandbox.step();
}, 120_000);

afterAll(async () => {
  await gateway?.close();
  rmSync(dataDir, { recursive: true });
});

const ask = async (document: string, variables: object): Promise<void> => {
  const { body } = await gateway.ask<unknown>(document, variables, { headers: { 'x-pigeon-explain': '1' } });
  const { extensions } = body as { extensions?: unknown };
  shown.push(JSON.stringify(extensions), JSON.stringify(body.errors));
  collect(body.data);
};

/** Takes the values out of an answer, each object of which says its type. */
const collect = (value: unknown): void => {
  if (Array.isArray(value)) {
    for (const one of value) collect(one);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const type = '__typename' in value ? schema.getType(String(value.__typename)) : undefined;
  for (const [key, inner] of Object.entries(value)) {
    const name = type && key.startsWith(`${type.name}_`) ? key.slice(type.name.length + 1) : key;
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    const isLeaf = field !== undefined && isLeafType(getNamedType(field.type));
    if (type && field && isLeaf) note(`${type.name}.${name}`, field, inner);
    // An object that is personal as a whole holds what is told elsewhere too, and words of the upstream.
    else if (!field || !isPersonal(field)) collect(inner);
  }
};

const note = (coordinate: string, field: GraphQLField<unknown, unknown>, value: unknown): void => {
  for (const text of textsIn(value)) {
    if (isPersonal(field)) personal.set(text, coordinate);
    else if (
      !isEnumType(getNamedType(field.type)) &&
      !['ID', 'DateTime'].includes(String(getNamedType(field.type)))
    )
      plain.set(coordinate, (plain.get(coordinate) ?? new Set()).add(text));
  }
};

/** All texts in a value that are long enough to tell anybody from others. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return value.length >= 5 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '__typename' ? [] : textsIn(inner)));
};

/** Personal values that stand in a text, by the fields that told them. */
const leaksIn = (text: string): string[] =>
  [...personal, ...Object.entries(PLANTED).map(([name, value]) => [value, `planted ${name}`] as const)]
    .filter(([value]) => text.includes(value))
    .map(([value, coordinate]) => `${coordinate}: ${value}`);

test('the contracts mark what is personal, and the fields over them are marked by it', () => {
  const marked = new Set(personalFields(schema));
  const wanted = [
    'CourierIndividual.firstName',
    'CourierIndividual.birthDate',
    'CourierUser.email',
    'CourierUser.phone',
    'BirdContact.displayName',
    'BirdMessageParticipant.identifierValue',
    'BirdTextBody.text',
    'Message.text',
    'BirdMessage.text',
    'CourierText.text',
    'MessageParty.name',
    'Person.name',
  ];
  expect(wanted.filter((coordinate) => !marked.has(coordinate))).toEqual([]);
  // A test that finds nothing to look for would prove nothing.
  expect(personal.size).toBeGreaterThan(150);
});

/** Names, numbers and addresses of the organization itself, to which people write. */
const OWN = [
  'BirdChannel.identifier',
  'BirdChannel.name',
  'BirdChannelSetting.value',
  'BirdConnector.name',
  'BirdConnectorNumber.phoneNumber',
  'CourierIndividualGroup.name',
  'CourierIndividualGroupSummary.name',
  'CourierText.from',
  'CourierTextAccount.phoneNumber',
  'CourierTextAccountNumber.phoneNumber',
];

test('no field that is not marked tells what a marked one tells', () => {
  const untold = [...plain].flatMap(([coordinate, texts]) => {
    if (OWN.includes(coordinate)) return [];
    const same = [...texts].find((text) => personal.has(text));
    return same === undefined ? [] : [`${coordinate} tells ${same}, as ${personal.get(same)}`];
  });
  expect(untold).toEqual([]);
});

describe('nothing personal is in', () => {
  test('the log, at its most talkative', () => {
    expect(lines.length).toBeGreaterThan(100);
    expect(leaksIn(lines.join(''))).toEqual([]);
  });

  test('what an operation is shown to have cost, and in errors', () => {
    expect(shown.join('')).toContain('"path":"/');
    expect(leaksIn(shown.join(''))).toEqual([]);
  });

  test('the metrics', async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toContain('pigeon_');
    expect(leaksIn(text)).toEqual([]);
  });

  test('the files of the status log, the outbox, the directory and texts’ addresses', () => {
    const files = readdirSync(dataDir);
    expect(files).toEqual(
      expect.arrayContaining(['directory.sqlite', 'outbox.sqlite', 'stream.sqlite', 'texts.sqlite']),
    );
    for (const name of files) {
      const bytes = readFileSync(join(dataDir, name));
      expect(leaksIn(bytes.toString('latin1')), name).toEqual([]);
      expect(leaksIn(bytes.toString('utf16le')), name).toEqual([]);
    }
  });
});

test('who asks for personal fields is recorded when that is said', () => {
  const records = lines.map((line) => JSON.parse(line)).filter(({ audit }) => audit === 'personal');
  expect(records.length).toBeGreaterThan(20);
  expect(
    records.find(({ kind, fields }) => kind === 'query' && fields.includes('Person.name')),
  ).toMatchObject({
    caller: 'anonymous',
    kind: 'query',
    fields: ['Message.text', 'MessageParty.name', 'Person.name'],
  });
  expect(records.some(({ fields }) => fields.includes('CourierUser.email'))).toBe(true);
});
