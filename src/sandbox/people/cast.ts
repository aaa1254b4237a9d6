import type { Person } from './person.ts';

const us = { locale: 'en_US', timezone: 'America/New_York' };
const uk = { locale: 'en_GB', timezone: 'Europe/London' };
const es = { locale: 'es_US', timezone: 'America/New_York' };
const se = { locale: 'sv_SE', timezone: 'Europe/Stockholm' };
const nl = { locale: 'nl_NL', timezone: 'Europe/Amsterdam' };

/**
 * People whose identity is worth a look. Amina Diallo is the plain case: the same verified email and phone in both
 * systems, only written differently. Each of the others is hard to match in one way, as said beside them.
 */
export const cast: Person[] = [
  {
    key: 'amina',
    first: 'Amina',
    last: 'Diallo',
    birthDate: '1986-04-17',
    ...us,
    bird: { emails: ['amina.diallo@example.com'], phones: ['+12025550142'], telegram: '7100142' },
    courier: {
      organization: 'harbour',
      email: 'Amina.Diallo@Example.com',
      emailVerified: true,
      phone: '+1 (202) 555-0142',
      phoneVerified: true,
    },
  },
  // one verified email for two people: it says nothing about which of them
  {
    key: 'rosa',
    first: 'Rosa',
    last: 'Delgado',
    birthDate: '1978-08-30',
    ...es,
    bird: { emails: ['delgado.family@example.com'], phones: ['+12025550131'] },
    courier: {
      organization: 'harbour',
      email: 'delgado.family@example.com',
      emailVerified: true,
      phone: '+12025550131',
      phoneVerified: true,
    },
  },
  {
    key: 'mateo',
    first: 'Mateo',
    last: 'Delgado',
    birthDate: '1975-01-12',
    ...es,
    bird: { phones: ['+1 202 555 0132'] },
    courier: {
      organization: 'harbour',
      email: 'Delgado.Family@example.com',
      emailVerified: true,
      phone: '(202) 555-0132',
      phoneVerified: true,
    },
  },
  // a guardian, whose user may act for the child; the child has no user
  {
    key: 'ingrid',
    first: 'Ingrid',
    last: 'Lindqvist',
    birthDate: '1983-12-05',
    ...se,
    bird: { emails: ['ingrid.lindqvist@example.net'], phones: ['+46701740611'] },
    courier: {
      organization: 'northside',
      email: 'ingrid.lindqvist@example.net',
      emailVerified: true,
      phone: '+46 70 174 06 11',
      phoneVerified: true,
      actsFor: ['elsa'],
    },
  },
  {
    key: 'elsa',
    first: 'Elsa',
    last: 'Lindqvist',
    birthDate: '2015-05-28',
    ...se,
    courier: { organization: 'northside', user: false },
  },
  // the email was never verified
  {
    key: 'jun',
    first: 'Jun',
    last: 'Tanaka',
    birthDate: '1994-02-19',
    locale: 'ja_JP',
    timezone: 'Asia/Tokyo',
    bird: { emails: ['jun.tanaka@example.org'], line: 'U5d1c0a77' },
    courier: { organization: 'harbour', email: 'jun.tanaka@example.org', emailVerified: false },
  },
  // the user was switched off
  {
    key: 'piotr',
    first: 'Piotr',
    last: 'Zielinski',
    birthDate: '1969-10-23',
    ...uk,
    bird: { emails: ['piotr.zielinski@example.com'], phones: ['+353209100214'] },
    courier: {
      organization: 'northside',
      email: 'piotr.zielinski@example.com',
      emailVerified: true,
      phone: '+353209100214',
      phoneVerified: true,
      state: 'inactive',
    },
  },
  // two contacts with one phone in two spellings, and different emails
  {
    key: 'tom',
    first: 'Thomas',
    last: 'Baker',
    preferred: 'Tom',
    birthDate: '1972-07-07',
    ...us,
    bird: { name: 'Tom Baker', emails: ['tom.baker@example.org'], phones: ['+12025550158'] },
    courier: {
      organization: 'harbour',
      email: 'tom.baker+clinic@example.org',
      emailVerified: true,
      phone: '+12025550158',
      phoneVerified: true,
    },
  },
  {
    key: 'theo',
    first: 'Theo',
    last: 'Baker',
    birthDate: '2001-03-03',
    ...us,
    bird: { name: 'T. Baker', emails: ['theo.baker@example.net'], phones: ['+1 (202) 555-0158'] },
  },
  // a contact with one person's email and another's phone
  {
    key: 'leila',
    first: 'Leila',
    last: 'Haddad',
    birthDate: '1991-09-26',
    ...us,
    bird: { name: 'L. Haddad', emails: ['leila.haddad@example.com'], phones: ['+12025550171'] },
    courier: {
      organization: 'harbour',
      email: 'leila.haddad@example.com',
      emailVerified: true,
      phone: '+12025550172',
      phoneVerified: true,
    },
  },
  {
    key: 'karim',
    first: 'Karim',
    last: 'Haddad',
    birthDate: '1989-05-15',
    ...us,
    courier: {
      organization: 'harbour',
      email: 'karim.haddad@example.com',
      emailVerified: true,
      phone: '+1 202-555-0171',
      phoneVerified: true,
    },
  },
  // a phone with an extension is a switchboard's
  {
    key: 'grace',
    first: 'Grace',
    last: 'Whitfield',
    birthDate: '1980-01-31',
    ...us,
    bird: { phones: ['+12025550166'] },
    courier: {
      organization: 'harbour',
      email: 'grace.whitfield@example.net',
      emailVerified: true,
      phone: '+1 202 555 0166 ext. 12',
      phoneVerified: true,
    },
  },
  // a national number, known to Bird without country
  {
    key: 'sanne',
    first: 'Sanne',
    last: 'de Vries',
    birthDate: '1997-06-11',
    ...nl,
    bird: { phones: ['0612345671'] },
    courier: {
      organization: 'lantern',
      email: 'sanne.devries@example.org',
      emailVerified: true,
      phone: '+31612345671',
      phoneVerified: true,
    },
  },
  // a verified email beside an unverified phone
  {
    key: 'olu',
    first: 'Oluwaseun',
    last: 'Adeyemi',
    preferred: 'Olu',
    birthDate: '1987-03-22',
    ...uk,
    bird: { emails: [' Olu.Adeyemi@example.com'], phones: ['+447700900161'] },
    courier: {
      organization: 'northside',
      email: 'olu.adeyemi@example.com ',
      emailVerified: true,
      phone: '+447700900161',
      phoneVerified: false,
    },
  },
  // a couple with one landline
  {
    key: 'henry',
    first: 'Henry',
    last: 'Whitaker',
    birthDate: '1948-11-19',
    ...us,
    bird: { phones: ['+12025550111'] },
    courier: {
      organization: 'harbour',
      email: 'henry.whitaker@example.com',
      emailVerified: true,
      phone: '+12025550111',
      phoneVerified: true,
    },
  },
  {
    key: 'margaret',
    first: 'Margaret',
    last: 'Whitaker',
    birthDate: '1951-02-08',
    ...us,
    bird: { emails: ['margaret.whitaker@example.com'] },
    courier: {
      organization: 'harbour',
      email: 'margaret.whitaker@example.com',
      emailVerified: true,
      phone: '1 202 555 0111',
      phoneVerified: true,
    },
  },
  // one person with two records, old and new, that share everything
  {
    key: 'samuel',
    first: 'Samuel',
    last: 'Ortiz',
    birthDate: '1990-10-10',
    ...es,
    bird: { emails: ['samuel.ortiz@example.org'], phones: ['+12025550183'] },
    courier: {
      organization: 'harbour',
      email: 'samuel.ortiz@example.org',
      emailVerified: true,
      phone: '+12025550183',
      phoneVerified: true,
    },
  },
  {
    key: 'samuel-old',
    first: 'Sam',
    last: 'Ortiz',
    birthDate: '1990-10-10',
    ...es,
    courier: { organization: 'lantern', email: 'SAMUEL.ORTIZ@example.org', emailVerified: true },
  },
];
