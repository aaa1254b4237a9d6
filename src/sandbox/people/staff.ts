import type { Person } from './person.ts';

const us = { locale: 'en_US', timezone: 'America/New_York' };
const se = { locale: 'sv_SE', timezone: 'Europe/Stockholm' };
const nl = { locale: 'nl_NL', timezone: 'Europe/Amsterdam' };

/** Those who work for the organizations. The care desk is who the service itself acts as. */
export const staff: Person[] = [
  {
    key: 'desk',
    first: 'Care',
    last: 'Desk',
    birthDate: '1990-01-01',
    ...us,
    courier: { organization: 'harbour', provider: true, email: 'desk@example.org', emailVerified: true },
  },
  {
    key: 'farah',
    first: 'Farah',
    last: 'Rahimi',
    preferred: 'Dr. Rahimi',
    birthDate: '1979-03-14',
    ...us,
    courier: {
      organization: 'harbour',
      provider: true,
      email: 'farah.rahimi@example.org',
      emailVerified: true,
    },
  },
  {
    key: 'paul',
    first: 'Paul',
    last: 'Okonkwo',
    preferred: 'Nurse Paul',
    birthDate: '1988-11-02',
    ...us,
    courier: {
      organization: 'harbour',
      provider: true,
      email: 'paul.okonkwo@example.org',
      emailVerified: true,
    },
  },
  {
    key: 'signe',
    first: 'Signe',
    last: 'Holm',
    birthDate: '1984-06-21',
    ...se,
    courier: {
      organization: 'northside',
      provider: true,
      email: 'signe.holm@example.net',
      emailVerified: true,
    },
  },
  {
    key: 'bram',
    first: 'Bram',
    last: 'Visser',
    birthDate: '1992-09-09',
    ...nl,
    courier: {
      organization: 'lantern',
      provider: true,
      email: 'bram.visser@example.net',
      emailVerified: true,
    },
  },
];
