import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium } from '../scripts/chromium.mjs';
import { CountedRacer, race, type Turn, turnSeconds } from './alternation.js';
import { sha256Of } from './case.js';
import { cineloopContenders } from './cineloop.js';
import type { Stage } from './codecs.js';
import type { PageBench, PageTask } from './page/page-bench.js';
import { peersFor } from './peers/peers.js';

/** Cineloop and its peers in one page, built as a viewer is. */
interface ChromiumStage extends Stage {
  /** `Chromium 130.0.…`. */
  readonly browser: string;
  close(): Promise<void>;
}

/** Peers that are in the page: the image loader's fork of the lossless decoder is not, being all but the original. */
const ABSENT = ['@cornerstonejs/jpeg-lossless-decoder-js'];

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const imageLoader = file('../node_modules/@cornerstonejs/dicom-image-loader/dist/esm/');

/**
 * Builds the page, serves it and opens it. Each turn is one call into the page; processor time is what the browser says of
 * the page's main thread, on which all contenders decode.
 */
export async function chromiumStage(): Promise<ChromiumStage> {
  const options = {
    ...({ root: file('page/'), configFile: false, logLevel: 'error', base: './' } as const),
    build: { outDir: '../../out/bench-page', emptyOutDir: true, target: 'es2022' },
    resolve: {
      alias: {
        'image-loader-rle': `${imageLoader}shared/decoders/decodeRLE.js`,
        'image-loader-jpeg': `${imageLoader}codecs/jpeg.js`,
      },
    },
  };
  await build({ ...options, worker: { format: 'es' } });
  const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  const page = await browser.newPage();
  let served = new Uint8Array();
  await page.route('**/frame.bin', (route) => route.fulfill({ body: Buffer.from(served) }));
  await page.goto(`http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => 'bench' in globalThis);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });

  const threadMilliseconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'ThreadTime')!.value;
  };
  const prepare = (task: PageTask) =>
    page.evaluate((given) => (globalThis as unknown as { bench: PageBench }).bench.prepare(given), task);
  const decode = async (index: number, count: number): Promise<Turn> => {
    const before = await threadMilliseconds();
    const wall = await page.evaluate(
      ([which, times]) => (globalThis as unknown as { bench: PageBench }).bench.turn(which!, times!),
      [index, count],
    );
    return { wall, thread: ((await threadMilliseconds()) - before) / count };
  };

  return {
    browser: `Chromium ${browser.version()}`,
    peersFor: (transferSyntax) => peersFor(transferSyntax).filter(({ name }) => !ABSENT.includes(name)),
    async times(frame, { transferSyntax, colour }, rivals, schedule) {
      served = Uint8Array.from(frame.bytes);
      const { attributes, sha256 } = frame;
      const peers = rivals.map(({ peer }) => peer.name);
      const given = { url: 'frame.bin', transferSyntax, colour, attributes, sha256, peers };
      const hashes = await prepare(given);
      const here = [...(await cineloopContenders(frame, transferSyntax, colour)), ...rivals];
      for (const [index, contender] of here.entries()) {
        if (sha256Of(await contender.decode()) !== hashes[index]) {
          throw new Error(`Contender ${index} decodes other samples in the page than in Node.js.`);
        }
      }
      const seconds = turnSeconds(schedule, here.length);
      return race(
        here.map((_, index) => new CountedRacer((count) => decode(index, count), seconds)),
        schedule.rounds,
      );
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
