import type { WebSocket } from 'ws';

interface RunningOperation {
  readonly controller: AbortController;
  /** Of one that ends by itself: a query or mutation. */
  readonly ended: PromiseWithResolvers<void> | undefined;
}

/** The operations under way over all sockets of one gateway, by socket and by the client's id for them. */
export class RunningOperations {
  readonly #running = new Map<WebSocket, Map<string, RunningOperation>>();
  readonly #answers = new Set<Promise<void>>();
  readonly #counted: (change: 1 | -1) => void;

  /** @param counted is told the change in how many there are */
  constructor(counted: (change: 1 | -1) => void) {
    this.#counted = counted;
  }

  /** Begins one; the signal aborts when it ends. One that is waited for ends by itself: a query or mutation. */
  begin(socket: WebSocket, id: string, { awaited }: { awaited: boolean }): AbortSignal {
    const ended = awaited ? Promise.withResolvers<void>() : undefined;
    const operation: RunningOperation = { controller: new AbortController(), ended };
    const ofSocket = this.#running.get(socket) ?? new Map<string, RunningOperation>();
    this.#running.set(socket, ofSocket.set(id, operation));
    this.#counted(1);
    if (ended) {
      const { promise } = ended;
      this.#answers.add(promise);
      void promise.then(() => this.#answers.delete(promise));
    }
    return operation.controller.signal;
  }

  /** How many of a socket go on until they are ended. */
  lasting(socket: WebSocket): number {
    let count = 0;
    for (const { ended } of this.#running.get(socket)?.values() ?? []) if (!ended) count += 1;
    return count;
  }

  /** Ends one, if it is still under way. */
  end(socket: WebSocket, id: string): void {
    const ofSocket = this.#running.get(socket);
    const operation = ofSocket?.get(id);
    if (!ofSocket || !operation) return;
    ofSocket.delete(id);
    if (ofSocket.size === 0) this.#running.delete(socket);
    operation.controller.abort();
    operation.ended?.resolve();
    this.#counted(-1);
  }

  /** Ends all of a socket. */
  endAll(socket: WebSocket): void {
    for (const id of [...(this.#running.get(socket)?.keys() ?? [])]) this.end(socket, id);
  }

  /** Resolves when no query or mutation is left that has not been answered. */
  async answered(): Promise<void> {
    while (this.#answers.size > 0) await Promise.all(this.#answers);
  }
}

/**
 * The operation that a client takes back, if that is what its message says: graphql-ws ends a subscription
 * then, but lets a query run on.
 */
export const completed = (message: string): string | undefined => {
  if (!/"type"\s*:\s*"complete"/.test(message)) return undefined;
  try {
    const { id, type } = JSON.parse(message);
    return type === 'complete' && typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
};
