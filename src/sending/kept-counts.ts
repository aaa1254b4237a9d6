/**
 * How many counts of somebody are kept for a cap: those of now, and as many for sends that are still to come, of which
 * some may be taken back.
 */
export const keptCounts = (cap: number): number => 2 * cap + 10;
