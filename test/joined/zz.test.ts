import { test } from 'vitest';
import { startLiveGateway } from '../support/sandbox.ts';
test('x', async () => {
  await using g = await startLiveGateway();
  const run = async (q: string) => {
    const before = g.sandbox.asked.at(-1);
    const t = performance.now();
    const { body } = await g.ask(q);
    const all = g.sandbox.asked.slice(before ? g.sandbox.asked.indexOf(before) + 1 : 0);
    console.log(q.slice(0, 120), all.length, Math.round(performance.now() - t), 'ms');
    const by = Object.entries(Object.groupBy(all, (a) => `${a.api} ${a.method} ${a.url.split('?')[0]?.replace(/[\da-f-]{36}/g, '*')}`)).map(([k, v]) => `${v?.length} ${k}`);
    console.log(by.join('\n'));
    console.log(JSON.stringify(body, null, 1).slice(0, 2500));
  };
  await run('{ conversations(first: 30) { nodes { id source unread lastActivityAt participants { name self } lastMessage { text createdAt } } sources { source status error } pageInfo { hasNextPage } } }');
  await run('{ conversations(first: 30) { nodes { channel { id name } lastMessage { text createdAt status direction author { name } } } } }');
  await run('{ conversations(first: 30) { nodes { person { id name emails phones } } } }');
  await run('{ conversations(first: 30) { nodes { person { timeline(first: 1) { nodes { text } } } } } }');
  await run('{ bird { contacts(first: 30) { nodes { displayName messages(first: 1) { nodes { text } } } } } }');
  await run('{ bird { contacts(first: 30) { nodes { person { timeline(first: 1) { nodes { text } } } } } } }');
  await run(`{ person(by: {email: "amina.diallo@example.com"}) { name emails phones conversations { nodes { id source channel { name } lastActivityAt lastMessage { text } messages(first: 2) { nodes { text person { id name } conversation { id } attachments { url name contentType size } recipients { name address } subject contact { id } individual { id } } } } sources { source status } } } }`);
}, 60000);
