// What a process of Node.js that uses the pool does as a whole: it ends by itself, and not before its frames are there.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { encodeRle } from '../../fixtures/generate/rle-encoder.js';
import { COLUMNS, ROWS, rleFile, sourceFrames } from './cine-file.test-support.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function run(script: string, ...flags: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', script], {
    cwd: root,
    timeout: 30_000,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output, errors })));
}

const [source] = sourceFrames(1) as [Uint16Array];
const decode = `
  import * as cineloop from 'cineloop';
  const bytes = Uint8Array.of(${encodeRle(source, 1, COLUMNS).join()});
  const attributes = { rows: ${ROWS}, columns: ${COLUMNS}, samplesPerPixel: 1, bitsAllocated: 16, bitsStored: 16,
    pixelRepresentation: 0, photometricInterpretation: 'MONOCHROME2' };
  const frame = (options) => cineloop.decodeFrame(bytes, '1.2.840.10008.1.2.5', attributes, options);
`;

test('decodes in the shared pool and ends by itself, without close', async () => {
  const { code, output, errors } = await run(`${decode}
    const { samples, engine } = await frame();
    console.log(engine, samples.at(-1));
  `);
  expect(errors).toBe('');
  expect(output.trim()).toBe(`cineloop-rle ${source.at(-1)}`);
  expect(code).toBe(0);
});

test('an importer starts nothing and needs no browser', async () => {
  const { code, output } = await run(`
    const cineloop = await import('cineloop');
    cineloop.createPool();
    const started = process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort|Timeout/.test(kind));
    console.log(started.length, typeof window, typeof cineloop.open);
  `);
  expect([code, output.trim()]).toEqual([0, '0 undefined function']);
});

test('work whose pool is not held by anything else keeps the process until it is done', async () => {
  const { code, output } = await run(`${decode}
    const pool = cineloop.createPool({ workers: 2 });
    Promise.all(Array.from({ length: 20 }, () => frame({ pool }))).then((frames) => console.log(frames.length));
  `);
  expect([code, output.trim()]).toEqual([0, '20']);
});

test('images that are forgotten, not closed, leave no file open, here and in the workers', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cineloop-process-')), 'rle.dcm');
  writeFileSync(path, rleFile(sourceFrames(2)));
  const { code, output, errors } = await run(
    `import { open } from 'cineloop';
    import { setTimeout as wait } from 'node:timers/promises';
    for (let index = 0; index < 20; index += 1) await (await open(${JSON.stringify(path)})).decode(index % 2);
    for (let round = 0; round < 10; round += 1) { gc(); await wait(20); }
    console.log('collected');`,
    '--expose-gc',
  );
  rmSync(dirname(path), { recursive: true });
  // Node.js warns of each file that it has to close when it collects it.
  expect([code, output.trim(), errors]).toEqual([0, 'collected', '']);
});

test('a signal that many calls share makes no warning', async () => {
  const { code, output, errors } = await run(`${decode}
    const { signal } = new AbortController();
    const frames = await Promise.all(Array.from({ length: 40 }, () => frame({ signal })));
    console.log(frames.length);
  `);
  expect([code, output.trim(), errors]).toEqual([0, '40', '']);
});

test('frames decoded ahead that fail after the iteration was left do not end the process', async () => {
  const { code, output, errors } = await run(
    `import { open } from 'cineloop';
    const image = await open(Uint8Array.of(${rleFile(sourceFrames(6), broken).join()}));
    for await (const { samples } of image.decodeAll()) { console.log(samples.length); break; }
    await new Promise((resolve) => setTimeout(resolve, 300));
    await image.decode(0);`,
  );
  expect([code, output.trim(), errors]).toEqual([0, String(ROWS * COLUMNS), '']);
});

/** All frames but the first end too early. */
function broken(encoded: Uint8Array, frame: number): Uint8Array {
  return frame === 0 ? encoded : encoded.subarray(0, -64);
}

test('memory stays flat over 600 frames that are dropped', async () => {
  const { code, output, errors } = await run(
    `${decode}
    const pool = cineloop.createPool({ workers: 2 });
    const large = { ...attributes, rows: 1024, columns: 1024 };
    // One segment per byte plane, each 8192 runs of 128 zeros.
    const plane = new Uint8Array(16384).fill(0x81);
    for (let at = 1; at < plane.length; at += 2) plane[at] = 0;
    const zeros = new Uint8Array(64 + 2 * plane.length);
    new Uint32Array(zeros.buffer, 0, 3).set([2, 64, 64 + plane.length]);
    zeros.set(plane, 64);
    zeros.set(plane, 64 + plane.length);
    const decode = async () => {
      const { samples } = await cineloop.decodeFrame(zeros, '1.2.840.10008.1.2.5', large, { pool });
      if (samples.length !== 1 << 20) throw new Error('wrong size');
    };
    const rounds = [];
    for (let round = 0; round < 6; round += 1) {
      for (let index = 0; index < 25; index += 1) await Promise.all([decode(), decode(), decode(), decode()]);
      rounds.push(process.memoryUsage.rss() / 2 ** 20);
    }
    console.log(JSON.stringify(rounds));
  `,
  );
  expect([code, errors]).toEqual([0, '']);
  const rounds = JSON.parse(output) as number[];
  // 500 more frames of 2 MB are 1000 MB; what is held may move by a part of that until it is collected.
  expect(rounds.at(-1)! - rounds[0]!).toBeLessThan(400);
});
