import { AttributeMismatch } from '../errors.js';

/** A rectangle of a picture: pixels, counted from 0 at the upper left one. */
export interface Region {
  /** Its first row. */
  readonly row: number;
  /** Its first column. */
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Rows and columns of a picture. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

/** How much of a frame is wanted. */
export interface View {
  /** How many times each side is halved: 0 for the full size. */
  readonly reduction: number;
  /** The part that is wanted, in the pixels of the picture at that reduction; undefined for all of it. */
  readonly region?: Region | undefined;
  /** Quality layers to decode at most (ITU-T T.800 B.7); undefined for all. Without meaning where a codestream has none. */
  readonly layers?: number | undefined;
}

/** All of a frame. */
export const WHOLE: View = { reduction: 0 };

/**
 * What is handed out of a picture: all of it, or a region.
 * @param picture the size at the reduction that is decoded
 * @throws AttributeMismatch for a region that is not inside the picture
 */
export function extentOf(picture: Extent, region: Region | undefined): Extent {
  if (region === undefined) return picture;
  const { row, column, rows, columns } = region;
  if (row + rows > picture.rows || column + columns > picture.columns) {
    throw new AttributeMismatch(
      `The region of ${rows} rows from ${row} and ${columns} columns from ${column} is not inside a picture of ${picture.rows} rows of ${picture.columns} columns.`,
    );
  }
  return { rows, columns };
}
