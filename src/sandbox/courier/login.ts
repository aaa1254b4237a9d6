import type { Answer } from '../call.ts';
import { isDictionary } from '../dictionary.ts';
import { Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { invalid } from './dialect.ts';

/** The longest life that the vendor lets one ask for, in seconds. */
const MOST_SECONDS = 3600;

/** Where the vendor's login is, from the root of its address; courier's document does not have it. */
export const LOGIN_PATH = '/identity/v1/login/';

/** courier's login: one account, and tokens that end soon, so that whoever is slow to renew them finds out. */
export class Logins {
  readonly username = 'gateway@harbour.example.com';
  readonly password: string;
  readonly #world: World;
  readonly #seconds: number;
  readonly #ends = new Map<string, number>();
  #count = 0;

  /** @param seconds how long a token lives at the most */
  constructor(world: World, seconds = 60) {
    this.#world = world;
    this.#seconds = seconds;
    this.password = `sandbox ${world.id('courier-password').slice(0, 13)}`;
  }

  /** Answers `POST` at the login's path. That the answer tells the token's life is a guess; its token is documented. */
  answer(body: unknown): Answer {
    const asked = isDictionary(body) ? body : {};
    for (const name of ['username', 'password']) {
      if (typeof asked[name] !== 'string') throw invalid('body', `/${name}`, 'is required');
    }
    const life = asked['access-token-expiration-seconds'] ?? MOST_SECONDS;
    if (!Number.isInteger(life) || Number(life) < 1 || Number(life) > MOST_SECONDS)
      throw invalid(
        'body',
        '/access-token-expiration-seconds',
        `must be a whole number from 1 to ${MOST_SECONDS}`,
      );
    if (asked.username !== this.username || asked.password !== this.password)
      throw new Refusal(401, 'Unauthorized', 'The username or the password is wrong');
    const seconds = Math.min(Number(life), this.#seconds);
    return {
      status: 200,
      body: { 'access-token': this.#mint(seconds), 'access-token-expiration-seconds': seconds },
    };
  }

  /** True for a token that was given and has not ended. */
  holds(token: string): boolean {
    return (this.#ends.get(token) ?? 0) > this.#world.clock.now();
  }

  #mint(seconds: number): string {
    const now = this.#world.clock.now();
    for (const [token, end] of this.#ends) if (end <= now) this.#ends.delete(token);
    this.#count += 1;
    const token = `sandbox-${this.#world.id('courier-login', this.#count)}`;
    this.#ends.set(token, now + seconds * 1000);
    return token;
  }
}
