import { request } from 'undici';
import { type Finding, fault, look, ok, reasonOf } from './finding.ts';

/** How long anything may take to answer, in milliseconds. */
export const PATIENCE_MS = 5000;

/** How far this machine's clock may be off: the `Date` of an answer is a second wide, and takes its time. */
const CLOCK_MS = 5000;

/** Whether something answers at the origin of an address, and whether its clock and ours agree. */
export const reach = async (name: string, variable: string, url: string): Promise<Finding[]> => {
  const { origin } = new URL(url);
  const began = Date.now();
  try {
    const { headers, body } = await request(origin, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await body.dump();
    const took = Date.now() - began;
    const offMs = Date.parse(String(headers.date)) - (began + took / 2);
    const answers = ok(`${name} answers at ${origin} (${took} ms).`);
    if (!(Math.abs(offMs) > CLOCK_MS)) return [answers];
    const seconds = Math.round(Math.abs(offMs) / 1000);
    return [
      answers,
      look(
        `This machine’s clock is ${seconds} s ${offMs > 0 ? 'behind' : 'ahead of'} that of ${name}.`,
        'Have it kept by NTP: tokens end by the clock, and events are shown by it.',
      ),
    ];
  } catch (error) {
    const advice = `Look whether ${variable} is right and this machine may connect to ${origin}: DNS, firewall, proxy, TLS.`;
    return [fault(`${name} cannot be reached at ${origin} (${reasonOf(error)}).`, advice)];
  }
};

/** Whether Pigeon's own public address leads to a Pigeon. */
export const reachSelf = async (publicUrl: string): Promise<Finding> => {
  const advice = 'Start Pigeon first; then look at the proxy before it. Webhooks are posted to this address.';
  try {
    const { statusCode, body } = await request(`${publicUrl}/livez`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await body.text();
    if (statusCode === 200 && text === 'ok\n') return ok(`PUBLIC_URL leads to a Pigeon: ${publicUrl}`);
    return look(`PUBLIC_URL does not lead to a Pigeon: ${publicUrl}/livez answers ${statusCode}.`, advice);
  } catch (error) {
    return look(`Nothing answers at PUBLIC_URL, ${publicUrl} (${reasonOf(error)}).`, advice);
  }
};
