import type { IdOf } from '../naming.ts';
import { sidOf } from './texts.ts';

/** The id of the row that an example of the contract becomes for an organization. */
export function seededId(id: IdOf, type: string, organization: string, index: number): string {
  if (type === 'text-account-numbers' && index === 0) return id('courier-number', organization);
  const own = id('courier', type, organization, index);
  // the one type whose ids are no UUIDs: they are the SMS provider's
  return type === 'text-receive-logs' ? sidOf(own) : own;
}
