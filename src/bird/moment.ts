import { momentBy } from '../graph/scalars.ts';
import { readTime } from './times.ts';

/** A `DateTime` field over a date-time of Bird. */
export const moment = momentBy(readTime);
