import { registerHooks } from 'node:module';
import { PLANTED } from './planted.ts';

/** Loaded before everything else, plants the bug that `PLANTED` names. */
const name = process.env.PLANTED ?? '';
const planted = PLANTED[name];
if (!planted) throw new Error(`there is no bug ${name}`);
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/src/${planted.file}`)) return loaded;
    const source = String(loaded.source);
    if (source.split(planted.text).length !== 2) throw new Error(`${planted.file} has no place for ${name}`);
    return { ...loaded, source: source.replace(planted.text, () => planted.bug) };
  },
});
