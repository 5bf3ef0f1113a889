import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool, open, type Pool } from 'cineloop';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../scripts/chromium.mjs';
import { type Case, casesOf } from './case.js';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const cases = await casesOf(fixtures, 'fixtures');
const paths = [...new Set(cases.map(({ path }) => path))];

let server: PreviewServer;
let browser: Browser;
let page: Page;
let pool: Pool;
const complaints: string[] = [];
/** What the page shows, by `path#frame`: the hash of the samples, or what went wrong. */
const shown = new Map<string, string>();

const keyOf = ({ path, frame }: Pick<Case, 'path' | 'frame'>) => `${path}#${frame}`;

beforeAll(async () => {
  pool = createPool({ workers: 1 });
  const root = fileURLToPath(new URL('page/', import.meta.url));
  const output = { outDir: '../../out/page', emptyOutDir: true, target: 'es2022' };
  const options = { root, configFile: false, logLevel: 'error', base: './', build: output } as const;
  await build({ ...options, worker: { format: 'es' } });
  server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } });
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}/`);
  await page.setInputFiles('#files', paths);
  await page.locator('#status', { hasText: 'Done' }).waitFor({ timeout: 50_000 });
  const rows = await page.locator('#frames tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allTextContents()));
  // The page knows files by their names alone, which are not unique: its rows come in the order of the picked files.
  const ordered = paths.flatMap((path) => cases.filter((item) => item.path === path));
  for (const [index, [name, frame, , , engine, hash]] of cells.entries()) {
    const item = ordered[index];
    const isThis = item && name === basename(item.path) && frame === String(item.frame);
    shown.set(
      isThis ? keyOf(item) : `unexpected ${name}#${frame}`,
      /^[0-9a-f]{64}$/.test(hash) ? hash : `${engine}: ${hash}`,
    );
  }
  await page.screenshot({ path: fileURLToPath(new URL('../out/page.png', import.meta.url)) });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await pool?.close();
});

describe('a built page in Chromium', () => {
  test('decodes every frame of every fixture', () => {
    expect(paths.length).toBeGreaterThan(50);
    expect([...shown.keys()].sort()).toEqual(cases.map(keyOf).sort());
  });

  // Those of other layouts or lossy are held by the comparison with Node.js below, which conformance holds in turn.
  const hashed = cases.filter(
    ({ references: [{ verdict, layout }] }) => /^exact/.test(verdict) && /^(gray|inter)/.test(layout),
  );
  test.each(hashed.map((item) => [item.id, item] as const))('%s: the samples of the reference', (_, item) => {
    expect(shown.get(keyOf(item))).toBe(item.references[0].sha256);
  });

  test.each(paths.map((path) => [basename(path), path]))(
    '%s: the samples that Node.js has',
    async (_, path) => {
      const image = await open(path, { pool });
      let frame = 0;
      for await (const { samples } of image.decodeAll()) {
        const { buffer, byteOffset, byteLength } = samples;
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        expect(shown.get(keyOf({ path, frame }))).toBe(createHash('sha256').update(bytes).digest('hex'));
        frame += 1;
      }
      await image.close();
    },
  );

  test('says nothing in the console, and needs no isolation from other origins', async () => {
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false);
  });
});
