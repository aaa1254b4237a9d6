import type { WebSocket } from 'ws';

interface Operation {
  readonly controller: AbortController;
  readonly ended: PromiseWithResolvers<void>;
}

/** The operations under way over all sockets of one gateway, by socket and by the client's id for them. */
export class Operations {
  readonly #running = new Map<WebSocket, Map<string, Operation>>();
  readonly #answers = new Set<Promise<void>>();
  readonly #counted: (change: 1 | -1) => void;

  /** @param counted is told the change in how many there are */
  constructor(counted: (change: 1 | -1) => void) {
    this.#counted = counted;
  }

  /** Begins one; the signal aborts when it ends. One that is waited for ends by itself: a query or mutation. */
  begin(socket: WebSocket, id: string, { awaited }: { awaited: boolean }): AbortSignal {
    const operation = { controller: new AbortController(), ended: Promise.withResolvers<void>() };
    const ofSocket = this.#running.get(socket) ?? new Map<string, Operation>();
    this.#running.set(socket, ofSocket.set(id, operation));
    this.#counted(1);
    if (awaited) {
      const { promise } = operation.ended;
      this.#answers.add(promise);
      void promise.then(() => this.#answers.delete(promise));
    }
    return operation.controller.signal;
  }

  /** Ends one, if it is still under way. */
  end(socket: WebSocket, id: string): void {
    const ofSocket = this.#running.get(socket);
    const operation = ofSocket?.get(id);
    if (!ofSocket || !operation) return;
    ofSocket.delete(id);
    if (ofSocket.size === 0) this.#running.delete(socket);
    operation.controller.abort();
    operation.ended.resolve();
    this.#counted(-1);
  }

  /** Ends all of a socket. */
  endAll(socket: WebSocket): void {
    for (const id of [...(this.#running.get(socket)?.keys() ?? [])]) this.end(socket, id);
  }

  /** Resolves when every query and mutation that is under way now has been answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#answers);
  }
}
