import { renameSync, rmSync } from 'node:fs';

/** The codes of SQLite for a file that is not what it should be: `SQLITE_CORRUPT` and `SQLITE_NOTADB`. */
const DAMAGE: readonly number[] = [11, 26];

/** True when SQLite says that the content of its file is at fault, and not the disk, its rights or somebody else's lock. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  // The low byte is the kind of the error, the rest says more of it.
  DAMAGE.includes(error.errcode & 0xff);

/** Moves a damaged file of SQLite aside, in place of one that was there before, so that a new one can be begun. */
export const setAside = (path: string): string => {
  const aside = `${path}.damaged`;
  renameSync(path, aside);
  for (const more of ['-wal', '-shm']) rmSync(path + more, { force: true });
  return aside;
};

/** Why a file that must be kept cannot be used, in words for whoever runs Pigeon. */
export const whyUnusable = (path: string, error: unknown): string =>
  isDamage(error)
    ? `${path} is damaged: put a copy from before in its place, or move it away and lose what it held`
    : `${path} cannot be used: its folder must be writable and have room`;
