import { transferSyntaxOf } from '../dicom/transfer-syntaxes.js';
import { renderSamples } from '../display/render.js';
import { withContext } from '../errors.js';
import { decodeEncodedFrame } from '../frame/decode-frame.js';
import type { DecodedFrame } from '../frame/decoded-frame.js';
import { provideModule } from '../wasm/modules.js';
import type { Answer, FrameInput, FrameJob, Message, RenderedFrame, WorkerInterface } from './protocol.js';
import { type EncodedBytes, readEncoded } from './read-encoded.js';
import { SourceCache } from './source-cache.js';
import { registerFrom, threadCodecs } from './thread-codecs.js';

/**
 * Does what a pool's messages say: one in each worker, or one on the calling thread where there are no workers. Frames are
 * decoded one at a time, in the order of the messages; the bytes of the next one are read meanwhile.
 */
export class JobRunner implements WorkerInterface {
  readonly #sources = new SourceCache();
  /** Resolves when all that was asked for before is done. */
  #turn: Promise<void> = Promise.resolve();

  handle(messages: readonly Message[]): Promise<readonly Answer[]> {
    return Promise.all(messages.map((message) => this.#answer(message)));
  }

  async #answer(message: Message): Promise<Answer> {
    const before = this.#turn;
    let done!: () => void;
    this.#turn = new Promise((resolve) => {
      done = resolve;
    });
    try {
      return await this.#do(message, before);
    } catch (error) {
      return {
        kind: 'failed',
        error: withContext(error, {}, message.type === 'frame' ? 'InvalidDataset' : 'WorkerFailure').toData(),
      };
    } finally {
      // Also where the failure came before the turn did: the answers keep the order of the messages.
      await before;
      done();
    }
  }

  async #do(message: Message, before: Promise<void>): Promise<Answer> {
    switch (message.type) {
      case 'start':
        for (const url of message.codecs) await registerFrom(url);
        return { kind: 'done', value: undefined };
      case 'frame': {
        for (const { name, module } of message.modules) provideModule(name, module);
        const begin = performance.now();
        const encoded = await this.#read(message.job.input);
        const read = performance.now() - begin;
        await before;
        if (encoded === undefined) return { kind: 'misplaced' };
        return { kind: 'done', value: await decode(message.job, encoded, read) };
      }
      case 'release':
        await before;
        await this.#sources.release(message.source);
        return { kind: 'done', value: undefined };
    }
  }

  async #read(input: FrameInput): Promise<EncodedBytes | undefined> {
    if (input.kind === 'bytes') return input;
    const source =
      input.kind === 'source' ? input.source : await this.#sources.get(input.source, input.handle);
    return readEncoded(source, input.location);
  }
}

async function decode(
  { transferSyntax, attributes, request, display }: FrameJob,
  { bytes, bitOffset }: EncodedBytes,
  readMilliseconds: number,
): Promise<DecodedFrame | RenderedFrame> {
  const encoded = { bytes: unshared(bytes, transferSyntax), bitOffset, transferSyntax, attributes };
  const decoded = await decodeEncodedFrame(encoded, {
    ...request,
    registry: threadCodecs(),
    readMilliseconds,
  });
  if (display === undefined) return decoded;
  const begin = performance.now();
  const rendering = await renderSamples(decoded, display.parameters, display.options);
  const { mismatches, engine, timings } = decoded;
  return { ...rendering, mismatches, engine, timings: { ...timings, render: performance.now() - begin } };
}

/** Not every codec and not the platform's inflater take shared memory; native samples are only copied or viewed. */
function unshared(bytes: Uint8Array, transferSyntax: string): Uint8Array {
  if (bytes.buffer instanceof ArrayBuffer || transferSyntaxOf(transferSyntax)?.encapsulated === false)
    return bytes;
  return bytes.slice();
}
