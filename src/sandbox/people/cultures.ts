/** Where made-up people come from: names, and a range of numbers that is kept for fiction or belongs to nobody. */
export interface Culture {
  locale: string;
  timezone: string;
  first: string[];
  last: string[];
  /** Country code, then the number as people there group it, `##` for the digits that are somebody's own. */
  phone: { country: string; number: string };
}

/** Every name is an ordinary one; no combination is meant for anybody. */
export const cultures: Culture[] = [
  {
    locale: 'en_US',
    timezone: 'America/Chicago',
    first: ['Caleb', 'Joanna', 'Desmond', 'Harriet', 'Miles', 'Odette'],
    last: ['Pruitt', 'Langley', 'Burrows', 'Castellan', 'Fairbanks', 'Ridley'],
    phone: { country: '1', number: '202 555 01##' },
  },
  {
    locale: 'en_GB',
    timezone: 'Europe/London',
    first: ['Imogen', 'Rhys', 'Priya', 'Alistair', 'Nadia', 'Owen'],
    last: ['Threlfall', 'Pengelly', 'Raman', 'Drummond', 'Ashworth', 'Morgan'],
    phone: { country: '44', number: '7700 9001##' },
  },
  {
    locale: 'sv_SE',
    timezone: 'Europe/Stockholm',
    first: ['Astrid', 'Viktor', 'Maja', 'Nils', 'Saga', 'Elias'],
    last: ['Sandell', 'Bergqvist', 'Nyhlen', 'Forsman', 'Wikander', 'Alm'],
    phone: { country: '46', number: '70 174 06 ##' },
  },
  {
    locale: 'fr_FR',
    timezone: 'Europe/Paris',
    first: ['Camille', 'Moussa', 'Elodie', 'Bastien', 'Aissata', 'Lucien'],
    last: ['Marchand', 'Traore', 'Besnard', 'Lacombe', 'Keita', 'Gauthier'],
    phone: { country: '33', number: '6 39 98 12 ##' },
  },
  {
    locale: 'de_DE',
    timezone: 'Europe/Berlin',
    first: ['Annika', 'Jonas', 'Elif', 'Matthias', 'Greta', 'Emre'],
    last: ['Vogt', 'Reinhardt', 'Yildirim', 'Kessler', 'Brandt', 'Aydin'],
    phone: { country: '49', number: '171 39200##' },
  },
  {
    locale: 'es_US',
    timezone: 'America/New_York',
    first: ['Valentina', 'Joaquin', 'Ximena', 'Rafael', 'Paloma', 'Andres'],
    last: ['Quintero', 'Salcedo', 'Ibarra', 'Montoya', 'Cardenas', 'Villalobos'],
    phone: { country: '1', number: '202 555 01##' },
  },
  {
    locale: 'vi_VN',
    timezone: 'America/Los_Angeles',
    first: ['Linh', 'Minh', 'Thuy', 'Khanh', 'Mei', 'Wei'],
    last: ['Pham', 'Truong', 'Lam', 'Dinh', 'Cheung', 'Guo'],
    phone: { country: '1', number: '202 555 01##' },
  },
];
