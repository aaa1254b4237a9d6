import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDamage } from '../store/damage.ts';
import { type DirectoryStore, openDirectoryStore } from './directory-store.ts';

/** What the directory needs to know of its file beside what is in it. */
export interface ForgivingOptions {
  /** The folder of `directory.sqlite`; `:memory:` for no file. */
  readonly dataDir: string;
  readonly keyPrint: string;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** Is told that what was known is lost, so that it is read again soon. */
  readonly onLost: () => void;
}

/**
 * The directory's file as a cache that nobody depends on: what cannot be read is not known, what cannot be written is
 * not remembered, and neither fails an answer. A damaged file is begun anew. While the disk takes nothing, what was
 * read last stays known and the next sweep goes into memory; the one after it tries the disk again. Each trouble is
 * warned of once, by the name of the file.
 *
 * Only `add` and `complete` throw, which ends a sweep that the directory then begins again.
 */
export const openForgivingStore = (options: ForgivingOptions): DirectoryStore => {
  const { dataDir, keyPrint, warn, onLost } = options;
  const file = dataDir === ':memory:' ? undefined : join(dataDir, 'directory.sqlite');
  const warned = new Set<string>();
  let avoidsFile = false;

  const complain = (message: string, error: unknown) => {
    if (warned.has(message)) return;
    warned.add(message);
    warn(message, { file, error: error instanceof Error ? error.message : 'failed' });
  };
  const inMemory = () => openDirectoryStore(':memory:', keyPrint);

  const openFile = (): DirectoryStore => {
    try {
      return openDirectoryStore(dataDir, keyPrint);
    } catch (error) {
      if (!file || !isDamage(error)) throw error;
      complain('the directory’s file is damaged and is begun anew', error);
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
      return openDirectoryStore(dataDir, keyPrint);
    }
  };
  const open = (): DirectoryStore => {
    try {
      return openFile();
    } catch (error) {
      complain('the directory’s file cannot be opened, and it is kept in memory', error);
      return inMemory();
    }
  };

  /** What is read. */
  let known = open();
  /** What is swept into, where that is another one. */
  let next: DirectoryStore | undefined;

  const rebuild = (error: unknown) => {
    complain('the directory’s file is damaged and is begun anew', error);
    discard(known);
    known = open();
    onLost();
  };

  /** Does it, or answers as one who knows nothing. */
  const attempt = <T>(work: (store: DirectoryStore) => T): T | undefined => {
    try {
      return work(known);
    } catch (error) {
      if (isDamage(error)) rebuild(error);
      else complain('the directory’s file cannot be read or written', error);
      return undefined;
    }
  };

  /** Writes what is swept. */
  const write = <T>(work: (store: DirectoryStore) => T): T => {
    try {
      return work(next ?? known);
    } catch (error) {
      if (isDamage(error) && !next) rebuild(error);
      else complain('the directory’s file cannot be written, and the next reading is kept in memory', error);
      avoidsFile = true;
      throw error;
    }
  };

  /** A store to sweep into: the file unless that failed the last time. */
  const target = (): DirectoryStore => {
    if (next) discard(next);
    next = undefined;
    if (avoidsFile) {
      next = inMemory();
      return next;
    }
    if (known.path !== dataDir) {
      next = open();
      return next;
    }
    return known;
  };

  return {
    path: dataDir,
    sweep: () => attempt((store) => store.sweep()),
    begin: () => {
      try {
        return target().begin();
      } catch (error) {
        if (isDamage(error)) rebuild(error);
        else
          complain('the directory’s file cannot be written, and the next reading is kept in memory', error);
        next = inMemory();
        return next.begin();
      }
    },
    add: (sweep, entries) => write((store) => store.add(sweep, entries)),
    complete: (sweep) => {
      write((store) => store.complete(sweep));
      if (!next) {
        warned.clear();
        return;
      }
      discard(known);
      known = next;
      next = undefined;
      // The disk may have room again the next time.
      avoidsFile = false;
    },
    forgetSome: () => {
      if (!next) return attempt((store) => store.forgetSome()) ?? false;
      discard(next);
      next = undefined;
      return false;
    },
    holders: (sweep, hash) => attempt((store) => store.holders(sweep, hash)),
    link: (individualId, contactKey, at) => void attempt((store) => store.link(individualId, contactKey, at)),
    links: (individualId) => attempt((store) => store.links(individualId)) ?? [],
    linkedTo: (contactKey) => attempt((store) => store.linkedTo(contactKey)) ?? [],
    unlink: (individualId, contactKey) => void attempt((store) => store.unlink(individualId, contactKey)),
    close: () => {
      if (next) discard(next);
      discard(known);
    },
  };
};

const discard = (store: DirectoryStore): void => {
  try {
    store.close();
  } catch {
    // A file that is damaged may not even be closed in order.
  }
};
