import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { type Picture, pngOf } from './output-files.js';

const TILE = 176;
const GAP = 6;
/** Room above a picture for its number. */
const LABEL = 9;
const CELL_WIDTH = TILE + GAP;
const CELL_HEIGHT = TILE + LABEL + GAP;
const MOST_TILES = 400;
const BACKGROUND = 24;

/** Digits of 3 x 5 pixels, a row per octal digit, top first. */
const DIGITS = [0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71122, 0o75757, 0o75717];

/** Small pictures side by side, each under the number of its row in the table of files. */
export class ContactSheet {
  readonly #tiles: { readonly number: number; readonly rgba: Uint8ClampedArray }[] = [];

  /** Adds a picture, scaled to a tile at once so that the frame itself can go. More than 400 are not shown. */
  add(number: number, picture: Picture): void {
    if (this.#tiles.length < MOST_TILES) this.#tiles.push({ number, rgba: scaled(picture) });
  }

  get size(): number {
    return this.#tiles.length;
  }

  async write(path: string): Promise<void> {
    const across = Math.min(this.#tiles.length, Math.max(6, Math.ceil(Math.sqrt(this.#tiles.length * 1.5))));
    const columns = across * CELL_WIDTH + GAP;
    const rows = Math.ceil(this.#tiles.length / across) * CELL_HEIGHT + GAP;
    const rgba = new Uint8ClampedArray(columns * rows * 4).fill(BACKGROUND);
    this.#tiles.forEach((tile, index) => {
      const left = GAP + (index % across) * CELL_WIDTH;
      const top = GAP + Math.floor(index / across) * CELL_HEIGHT;
      drawNumber(rgba, columns, left, top, tile.number);
      for (let row = 0; row < TILE; row++) {
        const from = tile.rgba.subarray(row * TILE * 4, (row + 1) * TILE * 4);
        rgba.set(from, ((top + LABEL + row) * columns + left) * 4);
      }
    });
    await makeFolder(dirname(path));
    await writeFile(path, pngOf({ rgba, rows, columns }));
  }
}

/**
 * A picture fitted into a tile, in the middle of it: enlarged by whole numbers as it is, reduced by the mean of the pixels
 * that fall on one.
 */
function scaled({ rgba, rows, columns }: Picture): Uint8ClampedArray {
  const tile = new Uint8ClampedArray(TILE * TILE * 4).fill(BACKGROUND);
  const fit = TILE / Math.max(rows, columns);
  const scale = fit >= 1 ? Math.floor(fit) : fit;
  const width = Math.max(1, Math.floor(columns * scale));
  const height = Math.max(1, Math.floor(rows * scale));
  const left = (TILE - width) >> 1;
  const top = (TILE - height) >> 1;
  for (let y = 0; y < height; y++) {
    const firstRow = Math.floor((y * rows) / height);
    const lastRow = Math.max(firstRow + 1, Math.floor(((y + 1) * rows) / height));
    for (let x = 0; x < width; x++) {
      const firstColumn = Math.floor((x * columns) / width);
      const lastColumn = Math.max(firstColumn + 1, Math.floor(((x + 1) * columns) / width));
      const count = (lastRow - firstRow) * (lastColumn - firstColumn);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let row = firstRow; row < lastRow; row++) {
          for (let column = firstColumn; column < lastColumn; column++) {
            sum += rgba[(row * columns + column) * 4 + channel]!;
          }
        }
        tile[((top + y) * TILE + left + x) * 4 + channel] = sum / count;
      }
    }
  }
  return tile;
}

function drawNumber(
  rgba: Uint8ClampedArray,
  columns: number,
  left: number,
  top: number,
  number: number,
): void {
  [...String(number)].forEach((digit, place) => {
    const glyph = DIGITS[Number(digit)]!;
    for (let dot = 0; dot < 15; dot++) {
      if (((glyph >> (14 - dot)) & 1) === 0) continue;
      const at = (top + 1 + Math.floor(dot / 3)) * columns + left + place * 4 + (dot % 3);
      rgba.fill(200, at * 4, at * 4 + 3);
    }
  });
}
