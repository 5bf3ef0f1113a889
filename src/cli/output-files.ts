import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DecodedFrame, RenderedFrame } from 'cineloop';
import { encode } from 'fast-png';
import type { OpenedFile } from './decode-files.js';
import { makeFolder } from './make-folder.js';
import { littleEndianBytes } from './stored-bytes.js';

/** Writes a file per frame below a folder, named after the input files; see README.md for the scheme. */
export class OutputFolder {
  readonly #folder: string;
  /** The stem of each input file, and how often a stem was wanted. */
  readonly #stems = new Map<OpenedFile, string>();
  readonly #wanted = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async writeRaw(file: OpenedFile, frame: number, { samples, ...decoded }: DecodedFrame): Promise<void> {
    const shape = `${decoded.columns}x${decoded.rows}x${decoded.samplesPerPixel}`;
    const type = samples[Symbol.toStringTag].toLowerCase().replace('array', '').replace('big', '');
    await this.#write(file, frame, `${shape}.${type}.raw`, littleEndianBytes(samples));
  }

  async writePng(file: OpenedFile, frame: number, picture: Picture): Promise<void> {
    await this.#write(file, frame, 'png', pngOf(picture));
  }

  async #write(file: OpenedFile, frame: number, ending: string, bytes: Uint8Array): Promise<void> {
    const digits = String(file.frameCount - 1).length;
    const path = join(this.#folder, `${this.#stemOf(file)}.${String(frame).padStart(digits, '0')}.${ending}`);
    await makeFolder(dirname(path));
    await writeFile(path, bytes);
  }

  #stemOf(file: OpenedFile): string {
    const known = this.#stems.get(file);
    if (known !== undefined) return known;
    const plain = file.input.relativePath.replace(/\.dcm$/i, '');
    const count = (this.#wanted.get(plain) ?? 0) + 1;
    this.#wanted.set(plain, count);
    const stem = count === 1 ? plain : `${plain}~${count}`;
    this.#stems.clear(); // Frames come file by file: only the stem of the last one is asked for again.
    this.#stems.set(file, stem);
    return stem;
  }
}

/** What is needed of a rendered frame to draw it. */
export type Picture = Pick<RenderedFrame, 'rgba' | 'rows' | 'columns'>;

/** A rendered frame as a PNG: gray with 8 bits where no pixel has a colour, else RGB. */
export function pngOf({ rgba, rows, columns }: Picture): Uint8Array {
  const channels = isGray(rgba) ? 1 : 3;
  const data = new Uint8Array(rows * columns * channels);
  for (let from = 0, to = 0; to < data.length; from += 4, to += channels) {
    data[to] = rgba[from]!;
    if (channels === 1) continue;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return encode({ width: columns, height: rows, data, channels, depth: 8 });
}

function isGray(rgba: Uint8ClampedArray): boolean {
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2]) return false;
  }
  return true;
}
