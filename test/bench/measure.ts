import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BirdConfig } from '../../src/config/config.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** A process's memory in bytes, without garbage. */
export interface Memory {
  /** By what is in use. */
  readonly used: number;
  /** By what the system gave, without the room that new objects pass through: that grows with haste, not with what is held. */
  readonly resident: number;
}

/** This process's memory. */
export const memory = async (): Promise<Memory> => {
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await pause(100);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return { used: heapUsed + external, resident: rss - (young?.physical_space_size ?? 0) };
};

export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** What it ran on. */
export const machine = (): string => `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;

/** A Bird that nobody asks. */
export const BIRD: BirdConfig = {
  url: 'http://127.0.0.1:9',
  accessKey: 'none',
  workspaceId: WORKSPACE_ID,
  organizationId: undefined,
  signingKeys: [],
  getRps: 0,
  postRps: 0,
};

/** The most that the process works without a turn for others, in milliseconds: on a busy machine it waits longer. */
export const watchTurns = () => {
  let longest = 0;
  let watches = true;
  let before = process.threadCpuUsage();
  const turn = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
    if (watches) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    longest: () => longest,
    stop: () => {
      watches = false;
    },
  };
};
