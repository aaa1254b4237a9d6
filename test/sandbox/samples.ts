import { Clock } from '../../src/sandbox/clock.ts';
import { type Contract, contractOf } from '../../src/sandbox/contract.ts';
import type { Dictionary } from '../../src/sandbox/dictionary.ts';
import { fixtureIdsOf } from '../../src/sandbox/fixture-ids.ts';
import type { ContractOperation } from '../../src/sandbox/operation.ts';
import type { Parameter } from '../../src/sandbox/parameters.ts';
import type { Row } from '../../src/sandbox/row.ts';
import { createWorld } from '../../src/sandbox/world.ts';

export const SEED = 5;
export const fixtures = fixtureIdsOf(SEED);

/** The rows that a sandbox of this seed begins with: what their ids are is told here, what they answer is asked over HTTP. */
const world = createWorld(SEED, new Clock(new Date()));

export const contracts = { bird: contractOf('bird'), courier: contractOf('courier') };

/** The first row of a type, or all of them. */
export const rowsOf = (api: 'bird' | 'courier', type: string): Row[] => world[api].rows.all(type);

const FORMATS: Dictionary = {
  uuid: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  datetime: '2026-03-01 12:30:45',
  'date-time': '2026-03-01T12:30:45.000Z',
  date: '2026-03-01',
  time: '14:15:22Z',
  email: 'somebody@example.com',
  uri: 'https://example.com/',
  phonenumberE164: '+12025550142',
};

/** Values that a schema does not tell: by the name of the field. */
const NAMED: Dictionary = {
  target: '+12025550142',
  phoneNumber: '+12025550142',
  number: '+12025550142',
  'template-id': 'welcome',
  'entity-type': 'individual',
  'area-code': '415',
};

/** A value that a schema takes; of objects, what is required or, when asked for, everything. */
export const sampleOf = (
  api: 'bird' | 'courier',
  contract: Contract,
  given: Dictionary,
  everything: boolean,
  name = '',
): unknown => {
  const schema = contract.resolved(given);
  const type = [schema.type].flat()[0];
  const target = schema['x-points-to'];
  if (target) return rowsOf(api, target)[0]?.id;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (NAMED[name] && type === 'string') return NAMED[name];
  if (schema.oneOf || schema.anyOf)
    return sampleOf(api, contract, (schema.oneOf ?? schema.anyOf)[0], everything, name);
  if (type === 'array') return [sampleOf(api, contract, schema.items ?? {}, everything, name)];
  if (schema.properties) {
    const wanted = Object.keys(schema.properties).filter(
      (key) => everything || schema.required?.includes(key),
    );
    return Object.fromEntries(
      wanted.map((key) => [key, sampleOf(api, contract, schema.properties[key], everything, key)]),
    );
  }
  if (type === 'object') return {};
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (schema.format) return FORMATS[schema.format] ?? '';
  if (schema.examples) return schema.examples[0];
  return 'Example'.slice(0, schema.maxLength ?? 7);
};

/** The path of an operation with ids that are there. */
export const pathOf = (api: 'bird' | 'courier', operation: ContractOperation): string => {
  const places: Dictionary = {
    workspaceId: fixtures.birdWorkspaceId,
    channelId: fixtures.birdChannelId,
    channelGroupId: fixtures.birdChannelGroupId,
    messageId: fixtures.birdMessageId,
    contactId: fixtures.birdContactId,
    connectorId: rowsOf('bird', 'Connector')[0]?.id,
    attributeDefinitionKey: 'careTeam',
    listId: fixtures.birdListId,
    applicationId: fixtures.birdApplicationId,
    signature: fixtures.birdApplicationSignature,
    webhookSubscriptionId: fixtures.birdWebhookSubscriptionId,
    fileId: fixtures.birdFileId,
    key: 'phonenumber',
    value: fixtures.phone,
  };
  const [, , collection = ''] = operation.path.split('/');
  // voice menus have no rows that can be read
  const id = rowsOf(api, collection)[0]?.id ?? FORMATS.uuid;
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'id' ? id : places[name]));
};

/** The parameters of an operation that it cannot do without, with values that are there. */
export const requiredQuery = (api: 'bird' | 'courier', operation: ContractOperation): [string, string][] =>
  operation.known.query
    .filter(({ required }) => required)
    .map(({ name, schema }: Parameter) => [
      name,
      name === 'requestId'
        ? fixtures.birdWebhookRequestId
        : String(sampleOf(api, operation.contract, schema, true, name)),
    ]);
