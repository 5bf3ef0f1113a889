/** Tiles of a picture, each encoded as a picture of its own, put together. */
export interface TiledStream {
  readonly bytes: Uint8Array;
  /** Offset of each tile's tile-part. */
  readonly tileParts: readonly number[];
}

const SIZ = 4;
const SOT = Buffer.of(0xff, 0x90, 0, 10);

/**
 * One codestream of several tiles (ITU-T T.800 B.3) out of one codestream for each, all encoded alike, of one tile-part: code-blocks
 * and sub-bands fall the same where the tiles' sides are a power of two, no larger than a code-block.
 * @param streams in raster order
 */
export function tiledJpeg2000(
  streams: readonly Uint8Array[],
  { rows, columns, across }: { rows: number; columns: number; across: number },
): TiledStream {
  const header = Buffer.from(streams[0]!.slice(0, Buffer.from(streams[0]!).indexOf(SOT)));
  // Xsiz and Ysiz (A.5.1); XTsiz and YTsiz are the tile's already, and its offsets 0.
  header.writeUInt32BE(columns * across, SIZ + 4);
  header.writeUInt32BE((rows * streams.length) / across, SIZ + 8);
  header.writeUInt32BE(columns, SIZ + 20);
  header.writeUInt32BE(rows, SIZ + 24);
  const parts = streams.map((stream, tile) => {
    const part = Buffer.from(stream.slice(Buffer.from(stream).indexOf(SOT), stream.length - 2));
    part.writeUInt16BE(tile, 4);
    part.writeUInt32BE(part.length, 6);
    return part;
  });
  const tileParts: number[] = [];
  parts.reduce((at, part) => {
    tileParts.push(at);
    return at + part.length;
  }, header.length);
  return { bytes: Uint8Array.from(Buffer.concat([header, ...parts, Buffer.of(0xff, 0xd9)])), tileParts };
}
