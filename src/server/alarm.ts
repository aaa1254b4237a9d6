/** The longest that one timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Rings at a moment, in milliseconds since the epoch; never when there is none.
 *
 * @returns what calls it off
 */
export const alarm = (at: number | undefined, ring: () => void): (() => void) => {
  return at === undefined ? () => {} : ringing(at, ring);
};

const ringing = (at: number, ring: () => void): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = Math.max(at - Date.now(), 0);
    timer = setTimeout(left > MAX_TIMER_MS ? wait : ring, Math.min(left, MAX_TIMER_MS));
  };
  wait();
  return () => clearTimeout(timer);
};
