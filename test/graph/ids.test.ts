import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../src/graph/errors.ts';
import { decodeId, globalId, readId, readNativeId, registerId } from '../../src/graph/ids.ts';
import { startTestGateway, type TestGateway, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

registerId('TestThing', [1]);
registerId('TestPair', [2]);

describe('a global id', () => {
  test('comes back as it was made', () =>
    fc.assert(
      fc.property(fc.array(fc.uuid(), { minLength: 2, maxLength: 2 }), (natives) => {
        const key = natives.join('/');
        expect(decodeId(globalId('TestPair', key))).toEqual({ typename: 'TestPair', key });
      }),
    ));

  test.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a native id', idOf('one')],
    ['a type that is none', globalId('Nothing', idOf('one'))],
    ['a key that is no id', globalId('TestThing', 'one')],
    ['too few natives', globalId('TestPair', idOf('one'))],
    ['too many natives', globalId('TestThing', `${idOf('one')}/${idOf('two')}`)],
    ['a path behind its key', globalId('TestThing', `${idOf('one')}/../${idOf('two')}`)],
    ['a key with a query', globalId('TestThing', `${idOf('one')}?limit=1`)],
  ])('is not %s', (_, value) => {
    expect(decodeId(value)).toBeUndefined();
  });

  test('is none of any text', () =>
    fc.assert(fc.property(fc.string(), (text) => decodeId(text) === undefined)));
});

describe('an argument', () => {
  test('may be a native id, as the upstream spells it', () => {
    const native = idOf('one').toUpperCase();
    expect(readNativeId(native, 'id', 'TestThing')).toBe(native);
  });

  test('may be a global id of its type', () => {
    expect(readNativeId(globalId('TestThing', idOf('one')), 'id', 'TestThing')).toBe(idOf('one'));
    expect(readId(globalId('TestPair', `${idOf('a')}/${idOf('b')}`), 'id', 'TestThing', 'TestPair')).toEqual({
      typename: 'TestPair',
      key: `${idOf('a')}/${idOf('b')}`,
    });
  });

  test.each([
    [globalId('TestThing', idOf('one')), 'is the id of a TestThing, not of a TestPair'],
    ['one', 'is neither a global id nor a native id'],
  ])('is refused by its name: %s', (value, message) => {
    expect(() => readId(value, 'input.id', 'TestPair')).toThrow(new InputError('input.id', message));
  });
});

describe('over HTTP', () => {
  let bird: Upstream;
  let courier: Upstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    bird = await startUpstream();
    courier = await startUpstream();
    gateway = await startTestGateway({ bird, courier });
  });
  afterAll(async () => {
    await gateway.close();
    await bird.close();
    await courier.close();
  });
  beforeEach(() => {
    expect([bird.calls(), courier.calls()]).toEqual([[], []]);
  });

  const channel = globalId('BirdChannel', `${WORKSPACE_ID}/${idOf('channel')}`);
  const contact = globalId('BirdContact', `${WORKSPACE_ID}/${idOf('contact')}`);
  const elsewhere = globalId('BirdChannel', `${idOf('elsewhere')}/${idOf('channel')}`);

  test.each([
    ['{ node(id: "one") { id } }', 'id'],
    [`{ node(id: "${idOf('one')}") { id } }`, 'id'],
    [`{ bird { channel(id: "${contact}") { name } } }`, 'id'],
    [`{ bird { contact(id: "${channel}") { displayName } } }`, 'id'],
    ['{ bird { channelGroup(id: "one") { id } } }', 'id'],
    [`{ bird { message(id: "${channel}") { text } } }`, 'id'],
    [`{ bird { message(id: "${idOf('m')}", channelId: "${contact}") { text } } }`, 'channelId'],
    [`{ bird { message(id: "${idOf('m')}", channelId: "${elsewhere}") { text } } }`, 'channelId'],
    [`{ bird { messages(ids: ["one"]) { nodes { id } } } }`, 'ids'],
    [`{ bird { messages(channelIds: ["${contact}"]) { nodes { id } } } }`, 'channelIds'],
    ['{ bird(workspaceId: "one") { workspaceId } }', 'workspaceId'],
    [`{ courier { channel(id: "${channel}") { name } } }`, 'id'],
    [
      `mutation { sendBirdMessage(input: { channelId: "${contact}", recipients: [{ identifierValue: "+1" }], body: { text: { text: "x" } } }) { message { id } } }`,
      'input.channelId',
    ],
    [`mutation { deleteBirdContact(input: { id: "${channel}" }) { id } }`, 'input.id'],
  ])('a wrong id is refused by its name, and nobody is asked: %s', async (query, field) => {
    const { body } = await gateway.ask(query);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [field] } }]);
    expect([bird.calls(), courier.calls()]).toEqual([[], []]);
  });
});
