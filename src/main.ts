// Nothing newer than the check may be loaded before it: an older Node would fail on it without a word.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`Pigeon needs Node 24; this is Node ${process.versions.node}. \`npm start\` brings its own.`);
  process.exit(1);
}
// What is compiled once is kept for the next start, in the folder that Node takes for it or NODE_COMPILE_CACHE names.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
const { default: cluster } = await import('node:cluster');

/** Starts one process that answers, or where `WORKERS` says so several behind one port. */
const begin = async () => {
  if (Number(process.env.WORKERS) > 1) return (await import('./workers/parent.ts')).startWorkers(process.env);
  return (await import('./start.ts')).start(process.env);
};

const run = async (): Promise<void> => {
  const running = await begin().catch(async (error: unknown): Promise<never> => {
    const { faultsOf } = await import('./start.ts');
    for (const fault of faultsOf(error)) console.error(fault);
    process.exit(1);
  });
  console.log(
    `Pigeon is at ${running.publicUrl}/graphql${running.sandbox ? ', over a sandbox: both APIs are played by Pigeon itself' : ''}`,
  );

  const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

  /** Ends the process in order at the first signal; a second one ends it at once. */
  const stop = async (): Promise<void> => {
    for (const signal of SIGNALS) process.once(signal, () => process.exit(1));
    await running.close();
    process.exit(0);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
};

// Whatever a worker is to do its parent tells it.
if (cluster.isWorker) (await import('./workers/worker.ts')).serve(process.env);
else await run();
