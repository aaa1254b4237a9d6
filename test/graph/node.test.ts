import { expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { startUpstream } from '../support/upstream.ts';

const PATH = `/v1/individuals/${idOf('ada')}/`;
const QUERY = `{ courier { individual(id: "${idOf('ada')}") { firstName } } }`;

/** courier shows the individual to the credential `Bearer one` alone. */
const startCourier = () =>
  startUpstream({
    [`GET ${PATH}`]: ({ headers }) =>
      headers.authorization === 'Bearer one'
        ? { body: { data: { type: 'individuals', id: idOf('ada'), attributes: { 'first-name': 'Ada' } } } }
        : { status: 403 },
  });

test('what was read under one credential is kept for it, and no other sees it', async () => {
  await using courier = await startCourier();
  await using gateway = await startTestGateway({ courier, courierForwards: true, freshMs: 60_000 });
  const ask = async (credential?: string) => {
    const headers: Record<string, string> = credential ? { 'x-courier-authorization': credential } : {};
    const { body } = await gateway.ask(QUERY, {}, { headers });
    return [body.data.courier?.individual, body.errors?.[0]?.extensions.code];
  };
  expect(await ask('Bearer one')).toEqual([{ firstName: 'Ada' }, undefined]);
  expect(await ask('Bearer one')).toEqual([{ firstName: 'Ada' }, undefined]);
  expect(await ask('Bearer two')).toEqual([null, 'FORBIDDEN']);
  expect((await ask())[1]).toBe('UNAUTHENTICATED');
  expect(courier.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer one', 'Bearer two']);
});
