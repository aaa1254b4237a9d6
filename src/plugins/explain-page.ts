import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'graphql-yoga';
import { type Examples, tabs } from './tabs.ts';

/** Serves `GET /explain`: a page that draws what a query costs. It is one file, and fetches nothing but answers. */
export const useExplainPage = ({ examples }: { readonly examples?: Examples | undefined } = {}): Plugin => {
  let loaded: ReturnType<typeof load> | undefined;
  return {
    onRequest: async ({ request, url, endResponse, fetchAPI: { Response } }) => {
      if (url.pathname !== '/explain' || request.method !== 'GET') return;
      loaded ??= load(examples);
      const { html, policy } = await loaded;
      endResponse(new Response(html, { headers: { ...HEADERS, 'content-security-policy': policy } }));
    },
  };
};

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
};

const load = async (examples: Examples | undefined): Promise<{ html: string; policy: string }> => {
  const file = await readFile(new URL('./explain-page.html', import.meta.url), 'utf8');
  const [first] = tabs(examples);
  const html = file
    .replace('%QUERY%', () => escaped(first?.query ?? ''))
    .replace('%VARIABLES%', () => escaped(first?.variables ?? ''));
  const hashOf = (tag: string): string => {
    const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html) ?? [];
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  const policy = `default-src 'none'; script-src ${hashOf('script')}; style-src ${hashOf('style')}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
  return { html, policy };
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
