// Nothing newer than the check may be loaded before it: an older Node would fail on it without a word.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`Pigeon needs Node 24; this is Node ${process.versions.node}. \`npm start\` brings its own.`);
  process.exit(1);
}
await import('./start.ts');
