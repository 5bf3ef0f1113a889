import { expect, test } from 'vitest';
import { WorkerExecutor } from './worker-executor.js';

test('a worker that cannot read a message ends, rather than leave it without an answer', async () => {
  const executor = new WorkerExecutor(undefined, []);
  await executor.ready;
  // Node.js posts a view of more bytes than its memory still has, and cannot read it.
  const spent = Buffer.from(new ArrayBuffer(8));
  structuredClone(spent.buffer, { transfer: [spent.buffer as ArrayBuffer] });
  const message = { type: 'release', source: spent as unknown as number } as const;
  executor.run([message], [spent.buffer as ArrayBuffer]).catch(() => {});
  expect(String(await executor.ended)).toMatch(/deserialize/);
});
