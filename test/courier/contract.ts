import { contractOf } from '../support/contract.ts';

/** courier's document, which judges all that courier is asked. */
export const contract = contractOf('courier');
