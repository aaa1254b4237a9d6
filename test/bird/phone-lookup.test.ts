import { expect, test } from 'vitest';
import { startBird } from './bird.ts';

const ANSWER = {
  phoneNumber: '+12025550142',
  countryCode: 'US',
  countryPrefix: 1,
  operator: 'Verizon Wireless',
  formats: { e164: '+12025550142', national: '(202) 555-0142' },
  typeOfService: 'mobile',
  validation: { valid: true, reason: '' },
};

const FIELDS =
  'phoneNumber countryCode countryPrefix operator formats { e164 national } typeOfService validation { valid reason nativeReason }';

const SHOWN = {
  ...ANSWER,
  typeOfService: 'MOBILE',
  // Older answers have an empty reason where there is none.
  validation: { valid: true, reason: null, nativeReason: '' },
};

test('a phone number is looked up by query', async () => {
  await using pigeon = await startBird({ 'GET /network-lookup': { body: ANSWER } });
  const { bird } = await pigeon.query(`{ bird { phoneLookup(number: "+12025550142") { ${FIELDS} } } }`);
  expect(bird.phoneLookup).toEqual(SHOWN);
  expect(pigeon.calls()).toEqual(['GET /network-lookup?number=+12025550142']);
});

test('a phone number is looked up by a body, which is a read and made again after a lost answer', async () => {
  let asked = 0;
  await using pigeon = await startBird({
    'POST /network-lookup': () =>
      asked++ === 0
        ? { destroy: true }
        : { body: { ...ANSWER, validation: { valid: false, reason: 'special services' } } },
  });
  const { lookUpBirdPhone } = await pigeon.query(
    `mutation { lookUpBirdPhone(input: { phoneNumber: "+12025550142" }) { ${FIELDS} } }`,
  );
  expect(lookUpBirdPhone.validation).toEqual({
    valid: false,
    reason: 'SPECIAL_SERVICES',
    nativeReason: 'special services',
  });
  expect(pigeon.bird.asked.map(({ body }) => body)).toEqual(Array(2).fill({ phoneNumber: '+12025550142' }));
});

test('an empty number is refused by its name', async () => {
  await using pigeon = await startBird();
  const { extensions } = await pigeon.refusal('{ bird { phoneLookup(number: "") { operator } } }');
  expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['number']]);
});
