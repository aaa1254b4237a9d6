import { expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import type { Asked } from '../support/upstream.ts';
import { contract } from './contract.ts';

const asked = (line: string, body?: unknown, headers = {}): Asked => {
  const [method = '', target = ''] = line.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://courier');
  return {
    method,
    path: pathname,
    query: '',
    params: searchParams,
    headers: { authorization: 'Bearer x', 'content-type': 'application/json', ...headers },
    body,
  };
};

const ID = idOf('one');
const text = { data: { type: 'texts', attributes: { 'account-id': ID, message: 'x', target: '+1' } } };

test('courier’s contract lets good requests pass', () => {
  expect(
    contract.faultsOf([
      asked(`GET /v1/users/${ID}/`),
      asked('GET /v1/users/?page[limit]=1000&filter[email]=a@example.com'),
      asked(
        `GET /v1/messaging-messages/?channel-id=${ID}&filter[cmp-posted-time]=%3E=a&filter[cmp-posted-time]=%3Cb`,
      ),
      asked('POST /v1/texts/', text),
    ]),
  ).toEqual([]);
});

test.each<[string, Asked, string]>([
  ['a missing slash', asked(`GET /v1/users/${ID}`), 'is no operation'],
  ['another method', asked(`DELETE /v1/users/${ID}/`), 'is no operation'],
  ['an id that is none', asked('GET /v1/users/7/'), 'id: must match format "uuid"'],
  ['an unknown parameter', asked('GET /v1/users/?limit=1'), 'limit is no parameter'],
  ['a parameter that is missing', asked('GET /v1/messaging-messages/'), 'channel-id is missing'],
  ['a page too large', asked('GET /v1/messaging-channels/?page[limit]=51'), 'page[limit]: must be <= 50'],
  ['a wrong type', asked('GET /v1/messaging-channels/?filter[archived]=yes'), 'must be boolean'],
  ['a wrong format', asked('GET /v1/users/?filter[email]=@somebody'), 'must match format "email"'],
  ['a parameter twice', asked('GET /v1/users/?filter[email]=a@b.c&filter[email]=b@b.c'), 'must be string'],
  ['no body', asked('POST /v1/texts/'), 'must be object'],
  ['a body without its envelope', asked('POST /v1/texts/', text.data.attributes), 'data'],
  [
    'an unknown attribute',
    asked('POST /v1/texts/', { data: { ...text.data, attributes: { ...text.data.attributes, to: '+1' } } }),
    'must NOT have additional properties',
  ],
  ['another content type', asked('POST /v1/texts/', text, { 'content-type': 'text/plain' }), 'sent as JSON'],
])('courier’s contract forbids %s', (_, request, fault) => {
  expect(contract.faultsOf([request]).join('\n')).toContain(fault);
});
