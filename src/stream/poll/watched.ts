/** Messages and channels by global id. */
export interface WatchSet {
  readonly messages: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
}

/** What the subscribers of all nodes watch, and which node polls for it. */
export interface Watched {
  /** Says what this node's subscribers watch. It is forgotten unless it is said again in time. */
  announce(watch: WatchSet): Promise<void>;
  /** What all nodes' subscribers watch. */
  all(): Promise<WatchSet>;
  /** True while this node is the one that polls. */
  leads(): Promise<boolean>;
  close(): Promise<void>;
}

/** One node alone: it watches what it says and always leads. */
export const watchedHere = (): Watched => {
  let watch: WatchSet = { messages: new Set(), channels: new Set() };
  return {
    announce: async (now) => {
      watch = now;
    },
    all: async () => watch,
    leads: async () => true,
    close: async () => {},
  };
};
