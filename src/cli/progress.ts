import { Presets, SingleBar } from 'cli-progress';
import type { DecodeEvent } from './decode-files.js';

/** A bar on standard error, where that is a terminal; nothing elsewhere. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  #total = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    if (!stream.isTTY) return;
    this.#bar = new SingleBar(
      {
        stream,
        format: ' {bar} {value}/{total} frames  {file}',
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 100,
      },
      Presets.shades_grey,
    );
    this.#bar.start(0, 0, { file: '' });
  }

  /** The total grows as files are opened. */
  add(event: DecodeEvent): void {
    if (this.#bar === undefined) return;
    if (event.kind === 'opened') {
      this.#total += event.file.selectedCount;
      this.#bar.setTotal(this.#total);
      this.#bar.update({ file: event.file.input.name });
    } else if (event.kind === 'frame' || event.kind === 'failed') {
      this.#bar.increment();
    }
  }

  /** Clears the line and gives the cursor back. */
  stop(): void {
    this.#bar?.stop();
  }
}
