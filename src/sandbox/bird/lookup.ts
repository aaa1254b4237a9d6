import type { Answer, Handler } from '../call.ts';
import { invalid } from './dialect.ts';

/** Countries by their prefix: the network of a mobile number there, and how a number is grouped at home. */
const COUNTRIES: Record<string, [code: string, mcc: string, mnc: string, operator: string]> = {
  1: ['US', '310', '010', 'Verizon Wireless'],
  31: ['NL', '204', '08', 'KPN'],
  33: ['FR', '208', '01', 'Orange'],
  44: ['GB', '234', '30', 'EE'],
  46: ['SE', '240', '01', 'Telia'],
  49: ['DE', '262', '01', 'Telekom'],
  353: ['IE', '272', '01', 'Vodafone'],
};

/** What is known about a number in E.164; numbers ending in 99 stand for those that nobody has. */
function found(number: string, place: 'query' | 'body', name: string): Answer {
  const [, digits] = /^\+([1-9]\d{5,14})$/.exec(number) ?? [];
  if (!digits) throw invalid(place, name, 'must be a phone number in E.164');
  const prefix = Object.keys(COUNTRIES).find((one) => digits.startsWith(one));
  const [countryCode, mcc = '', mnc = '', operator = ''] = (prefix && COUNTRIES[prefix]) || [];
  const valid = countryCode !== undefined && !digits.endsWith('99');
  const rest = digits.slice(prefix?.length ?? 0);
  const grouped = rest.replace(/(\d{3})(?=\d{3})/g, '$1 ');
  return {
    status: 200,
    body: {
      phoneNumber: number,
      ...(countryCode && { countryCode, countryPrefix: Number(prefix) }),
      ...(valid && { mcc, mnc, mccmnc: mcc + mnc, operator }),
      formats: {
        e164: number,
        international: `+${prefix ?? ''} ${grouped}`,
        national: grouped,
        rfc3966: `tel:+${prefix ?? ''}-${grouped.replaceAll(' ', '-')}`,
      },
      typeOfService: valid ? 'mobile' : 'other',
      validation: valid ? { valid } : { valid, reason: countryCode ? 'unallocated' : 'unknown' },
    },
  };
}

/** The operations that look up a phone number. */
export function lookupHandlers(): Record<string, Handler> {
  return {
    'GET /workspaces/{workspaceId}/network-lookup': (call) =>
      found(call.text('number') ?? '', 'query', 'number'),
    'POST /workspaces/{workspaceId}/network-lookup': (call) =>
      found(call.body.phoneNumber, 'body', '/phoneNumber'),
  };
}
