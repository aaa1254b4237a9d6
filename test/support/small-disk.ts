import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own that is easily filled. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Takes all the room that there is, but for so many bytes. */
  fill(leave?: number): void;
  /** Gives it back. */
  free(): void;
}

/** Mounts a disk in memory; undefined where this process may not. */
export const smallDisk = (bytes: number): SmallDisk | undefined => {
  const path = mkdtempSync(join(tmpdir(), 'pigeon-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmdirSync(path);
    return undefined;
  }
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: (leave = 0) => {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leave)), { flag: 'a' });
    },
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]: () => {
      execFileSync('umount', ['-l', path]);
      rmdirSync(path);
    },
  };
};

/** Why tests on a full disk cannot run here; undefined when they can. */
export const diskIsMissing: string | undefined = (() => {
  using disk = smallDisk(64 * 1024);
  return disk ? undefined : 'skipped because no disk can be mounted';
})();
