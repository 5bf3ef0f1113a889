/**
 * One frame of JPEG 2000 (T.800) or HTJ2K (T.814). Parameters: 0 reduction, that many of the finest resolutions are left out; 1 to 4 row,
 * column, rows and columns of the region in the picture at that reduction, rows 0 for the whole; 5 quality layers at most, 0 for all;
 * 6 whether tiles that the bytes end before are handed out as well, without a coefficient;
 * 7 and 8 the first component that is handed out and how many are, 0 for all;
 * 9 whether coefficients are kept for the next picture of the same frame, made when more of its bytes have arrived;
 * 10 whether the region is a strip that gives stripes to the one above (1), takes some from the one below (2), or both (3): see border-stripes.ts.
 * The header has behind the fields that all kernels have: 5 signed, 6 component transform, 7 and 8 rows and columns of the picture at
 * the reduction, 9 whether all components that are handed out have one precision and sign. The host holds the region against the
 * picture: of one that is not inside there is nothing to step through.
 *
 * Tiles are decoded one after the other. The packets of a tile are read as a whole; then its rows are asked for from the top (see
 * synthesis.ts) and come out in strips. Where several tiles stand side by side, a strip is a row of tiles. Where
 * components are subsampled, strips come when all tiles are decoded (see upsampling.ts).
 */
import { release, take, taken } from '../kernel/arena';
import { announce, fail, handOut, header, parameter } from '../kernel/blocks';
import { arrivals, moreToCome, releaseToInput } from '../kernel/input';
import { Status } from '../kernel/status';
import { beginBorder, takeBorder } from './border-stripes';
import { reserveBlockDecoder } from './block-decoder';
import { BlockStyle } from './code-block';
import { coding, componentTransform, Filter, multiComponent } from './coding-parameters';
import { layOutStages, putRow, reserveStages, rowIsFloat, transformedRow, transformRows } from './component-stages';
import { complete, firstTilePart, hasAllTileParts, readCodestream, readTilePartHeaders, truncatedTile } from './codestream';
import { reserveHtBlockDecoder } from './ht-block-decoder';
import { invertIct, invertRct, roundRow } from './component-transform';
import {
  capabilities,
  component,
  componentCount,
  gridX1,
  gridY1,
  tileHeight,
  tilesAcross,
  tilesDown,
} from './image-size';
import { beginKeptTile, dropKept, hasKept, keptAreNarrow, retakeKept, takeKept } from './kept-coefficients';
import { ceilDivide, ceilShift } from './markers';
import { depthCount, stageCount } from './multi-component';
import {
  firstOutput,
  listOutputs,
  outputBits,
  outputComponent,
  outputCount,
  outputsAlike,
  outputSigned,
  selected,
} from './output-components';
import { writeFloatPixels, writeFloatSamples } from './float-samples';
import { longestBlock, packetsCut } from './packet';
import { packetsMissing, readPackets } from './progression';
import { writePixels, writeSamples, writeWordPixels } from './sample-rows';
import { transformFitsNarrow } from './narrow-bound';
import { ROW_TRAIL, shiftRow, widenRow } from './narrow-rows';
import { writeNarrowPixels, writeNarrowSamples } from './narrow-samples';
import { bitPlanesBeyond, damagedBlocks, reserveStripes } from './stripe';
import { beginSynthesis, nextRow, reserveSynthesis, widestSpan } from './synthesis';
import { layOutTile, locateTile, Resolution, RowForm, shownOf, tileComponent, tileShows, tileY1 } from './tile';
import { invertWideRct, writeWideSamples } from './wide-rows';
import { synthesizeWide } from './wide-synthesis';
import { planeAddress, takePlanes, writeRow } from './upsampling';
import {
  openView,
  pictureColumns,
  pictureRows,
  reduction,
  viewColumns,
  viewInside,
  viewRows,
  windowOf,
} from './view';

/** Bytes of a strip at most, where it is not a row of tiles. */
const STRIP_BYTES: u32 = 1 << 18;
/** Samples of each component that one step makes. */
const STEP_SAMPLES: u32 = 1 << 16;
/** Bits of a sample whose transforms are tried in i16. */
const NARROW_PRECISION: u32 = 16;
/** Bits of a sample with which no sum of the transforms leaves an i32: beyond, all is done in i64, and only what is lossless. */
const MAXIMUM_PRECISION: i32 = 28;
/** Rsiz of codestreams that may have HT code-blocks (T.814 A.2). */
const RSIZ_HT: i32 = 0x4000;
/** Coordinates up to here can be added to without care. */
const MAXIMUM_COORDINATE: u32 = 0x7fff0000;

const enum Phase {
  Nothing,
  BeginTile,
  Rows,
  Upsample,
  End,
}
let phase: Phase = Phase.Nothing;

let bytesPerSample: i32 = 0;
let rowBytes: u32 = 0;
/** Components have their samples at the same places: no planes. */
let aligned: bool = false;
/** Samples have more bits than MAXIMUM_PRECISION; then, by component, where the samples of the tile are, 4 bytes each. */
let wide: bool = false;
let wideSamples: usize = 0;
let strip: usize = 0;
let stripRows: u32 = 0;
/** First row of the view in the strip, and the next one that is not handed out. */
let stripTop: u32 = 0;
/** What tiles take is given back up to here. */
let frameTop: usize = 0;
let tile: i32 = 0;
/** Components whose rows come next, together: from, to (exclusive), and the next row of theirs. */
let group: i32 = 0;
let groupEnd: i32 = 0;
let nextY: u32 = 0;
/** Three rows of i32. */
let transformed: usize = 0;
let transformedBytes: usize = 0;
/** Rows of the view above the first tile that lacks bytes, or has damaged ones; -1: none does. */
let cutRow: i32 = -1;
let damagedRow: i32 = -1;

export function open(): i32 {
  phase = Phase.Nothing;
  beginBorder();
  if (arrivals <= 1) dropKept();
  if (parameter(9) == 0) return openPicture();
  if (hasKept() && !retakeKept()) return fail(Status.LimitMemory, -1);
  const status = openPicture();
  if (status != Status.Done || !viewInside || hasKept() || !paysToKeep()) return status;
  // What is kept stands in front of all else: the headers are read once more, behind it.
  releaseToInput();
  takeKept((capabilities & RSIZ_HT) != 0);
  return openPicture();
}

/**
 * HT code-blocks are decoded faster than coefficients of 32 bits are kept; samples of more than 28 bits have no room in what is kept. Both are
 * decoded anew for each picture.
 */
function paysToKeep(): bool {
  if (wide) return false;
  if ((capabilities & RSIZ_HT) == 0) return true;
  for (let c = 0; c < componentCount; c++) if (fitsNarrow(c)) return true;
  return false;
}

function openPicture(): i32 {
  const status = readCodestream();
  if (status != Status.Done) return status;
  if (gridX1 > MAXIMUM_COORDINATE || gridY1 > MAXIMUM_COORDINATE) return fail(Status.UnsupportedJ2kGrid, -1);
  let rows: u32 = 0;
  let columns: u32 = 0;
  aligned = true;
  let widest = 0;
  const first = component(0);
  for (let c = 0; c < componentCount; c++) {
    const each = component(c);
    if (each.x1 <= each.x0 || each.y1 <= each.y0) return fail(Status.BadJ2kImageSize, -1, c);
    widest = max(widest, <i32>each.precision);
    rows = max(rows, each.y1 - each.y0);
    columns = max(columns, each.x1 - each.x0);
    if (each.xStep != first.xStep || each.yStep != first.yStep) aligned = false;
  }
  let outputStatus = listOutputs(multiComponent);
  if (outputStatus == Status.Done) outputStatus = openTransformations();
  if (outputStatus != Status.Done) return outputStatus;
  const bits = outputBits;
  wide = max(widest, bits) > MAXIMUM_PRECISION + 1 || widest > MAXIMUM_PRECISION;
  if (wide && (multiComponent || selected || !aligned)) return fail(Status.UnsupportedJ2kPrecision, -1, max(widest, bits));
  const viewStatus = openView();
  if (viewStatus != Status.Done) return viewStatus;
  bytesPerSample = bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
  const pixel = <u64>(outputCount * bytesPerSample);
  // Below 2^31 times 2^16.
  const lineBytes = <u64>viewColumns * pixel;
  if (lineBytes > <u64>i32.MAX_VALUE || lineBytes * viewRows > <u64>u32.MAX_VALUE) return fail(Status.LimitMemory, -1);
  rowBytes = <u32>lineBytes;
  announce(rows, columns, outputCount, bits, bytesPerSample);
  store<i32>(header, outputSigned, 20);
  store<i32>(header, componentTransform && componentCount >= 3, 24);
  store<u32>(header, pictureRows, 28);
  store<u32>(header, pictureColumns, 32);
  store<i32>(header, outputsAlike, 36);
  tile = 0;
  strip = 0;
  cutRow = -1;
  damagedRow = -1;
  phase = viewInside ? Phase.BeginTile : Phase.Nothing;
  return Status.Done;
}

export function step(): i32 {
  switch (phase) {
    case Phase.BeginTile:
      return beginTile();
    case Phase.Rows:
      return decodeRows();
    case Phase.Upsample:
      return upsample();
    case Phase.End:
      return end();
    default:
      return fail(Status.BadCall, -1);
  }
}

/** The transformations of Part 2, where the main header asks for them; none of them where some components are to be had as they are. */
function openTransformations(): i32 {
  if (!multiComponent) {
    if (stageCount != 0) return fail(Status.UnsupportedJ2kPart2, -1, stageCount);
    if (!selected) return Status.Done;
    // Components that are frames of their own have no transformation of Part 1 in common.
    if (componentTransform || !aligned) return fail(Status.UnsupportedJ2kPart2, -1, outputCount);
    return layOutStages();
  }
  // Without CBD or MCO it is not said what comes out; components of different sizes have no rows in common.
  if (stageCount == 0 || depthCount == 0) return fail(Status.BadJ2kMultiComponent, -1, stageCount);
  if (!aligned) return fail(Status.UnsupportedJ2kPart2, -1, stageCount);
  return layOutStages();
}

/** Ends the frame for good with what went wrong. */
function stop(status: i32): i32 {
  phase = Phase.Nothing;
  return status;
}

/** Takes what all tiles share: after `open`, so that the host has agreed to the size of the output. */
function takeStrip(): bool {
  stripRows = max<u32>(min(STEP_SAMPLES / viewColumns, STRIP_BYTES / rowBytes), 1);
  if (aligned && tilesAcross > 1) {
    const tileRows = ((<u64>tileHeight / component(0).yStep + 1) >> reduction) + 1;
    stripRows = <u32>min<u64>(tileRows, viewRows);
  }
  strip = take(<u64>stripRows * rowBytes);
  stripTop = 0;
  if (strip == 0 || (!aligned && !takePlanes(viewColumns, bytesPerSample))) return false;
  frameTop = taken();
  return true;
}

/** First row of the view that the tile has a share in. */
function topOfTile(): i32 {
  let top = i32.MAX_VALUE;
  for (let c = 0; c < componentCount; c++) {
    const at = shownOf(tileComponent(c));
    const window = windowOf(c);
    if (at.windowX0 >= at.windowX1) continue;
    const scaled = <u64>(at.windowY0 - window.y0) * viewRows / (window.y1 - window.y0);
    top = min(top, <i32>scaled);
  }
  return top;
}

function beginTile(): i32 {
  if (strip == 0 && !takeStrip()) return stop(fail(Status.LimitMemory, -1));
  release(frameTop);
  locateTile(tile);
  if (!tileShows()) return endTile();
  const absent = firstTilePart(tile) == 0;
  if (absent && (complete || parameter(6) == 0)) {
    const good = aligned ? <i32>stripTop : 0;
    if (complete) return stop(fail(Status.MissingJ2kTile, -1, tile, good));
    return stop(fail(Status.TruncatedJ2kTilePart, -1, good, good));
  }
  let status = readTilePartHeaders(tile);
  if (status == Status.Done) status = checkCoding();
  if (status == Status.Done) status = layOutTile();
  if (status == Status.Done) status = readPackets(tile);
  if (status != Status.Done) return stop(status);
  // A tile without all of its packets may have had another tile-part, or may have one when more bytes have come.
  const cut = truncatedTile == tile || !hasAllTileParts(tile) || (moreToCome() && !complete);
  if (absent || packetsCut || (packetsMissing && cut)) {
    if (cutRow < 0) cutRow = topOfTile();
  }
  if (hasKept()) beginKeptTile(tile);
  if (!takeTile()) return stop(fail(Status.LimitMemory, -1));
  if (multiComponent || selected) {
    status = reserveStages(widthOf(shownOf(tileComponent(0))));
    if (status != Status.Done) return stop(status);
  }
  group = 0;
  beginGroup();
  phase = Phase.Rows;
  return Status.More;
}

/** What the tile's headers ask for and this kernel does not have, or what cannot be. */
function checkCoding(): i32 {
  for (let c = 0; c < componentCount; c++) {
    // T.814 B.3 tells blocks of both coders apart by the length of all their passes together.
    const style = coding(c).blockStyle;
    const cut = (style & (BlockStyle.Bypass | BlockStyle.Terminate)) != 0;
    if ((style & BlockStyle.Mixed) != 0 && cut) return fail(Status.UnsupportedJ2kBlockCoder, -1, tile);
    const lossless = coding(c).filter == Filter.Reversible && coding(c).regionShift == 0 && (style & BlockStyle.Ht) == 0;
    if (wide && !lossless) return fail(Status.UnsupportedJ2kPrecision, -1, component(c).precision);
  }
  if (!componentTransform) return Status.Done;
  if (selected || multiComponent) return fail(Status.UnsupportedJ2kPart2, -1, 1);
  // G.1: three components of the same samples, coded in the same way.
  if (componentCount < 3) return fail(Status.BadJ2kComponentTransform, -1, componentCount);
  const first = component(0);
  for (let c = 1; c < 3; c++) {
    const other = component(c);
    const same = other.xStep == first.xStep && other.yStep == first.yStep && coding(c).filter == coding(0).filter;
    if (!same) return fail(Status.BadJ2kComponentTransform, -1, c);
  }
  return Status.Done;
}

function takeTile(): bool {
  let width: u32 = 0;
  for (let c = 0; c < componentCount; c++) width = max(width, widestSpan(tileComponent(c)));
  transformedBytes = ((<usize>width << 2) + ROW_TRAIL + 15) & ~15;
  transformed = take(3 * <u64>transformedBytes);
  if (transformed == 0 || !reserveSynthesis(width)) return false;
  reserveHtBlockDecoder();
  if (!reserveStripes(longestBlock) || !reserveBlockDecoder(longestBlock)) return false;
  beginBorder();
  if (wide) return takeWideSamples();
  for (let c = 0; c < componentCount; c++) {
    if (widthOf(shownOf(tileComponent(c))) != 0 && !beginSynthesis(tileComponent(c), mayBeNarrow(c))) return false;
  }
  if (hasBorders()) takeBorder();
  return true;
}

/** Of several tiles each has its own; HT code-blocks are decoded as far as rows are asked for, which is less than to hand them over. */
function hasBorders(): bool {
  return tilesAcross * tilesDown == 1 && (capabilities & RSIZ_HT) == 0 && !hasKept();
}

@inline
function mayBeNarrow(c: i32): bool {
  return (!hasKept() || keptAreNarrow) && fitsNarrow(c);
}

/** Whether its coefficients may be i16 to begin with. */
function fitsNarrow(c: i32): bool {
  const parameters = coding(c);
  if (parameters.filter != Filter.Reversible || parameters.regionShift != 0) return false;
  // The transformations of Part 2 take i32 and f32, and so does what is kept of Part 1.
  return !multiComponent && !selected && component(c).precision <= NARROW_PRECISION;
}

/** Decodes all components of the tile as a whole. */
function takeWideSamples(): bool {
  wideSamples = take(<u64>componentCount << 2);
  if (wideSamples == 0) return false;
  for (let c = 0; c < componentCount; c++) {
    const samples = synthesizeWide(tileComponent(c));
    if (samples == 0) return false;
    store<usize>(wideSamples + (c << 2), samples);
  }
  return true;
}

/** Columns of a window; 0 also where it has no rows. */
@inline
function widthOf(at: Resolution): u32 {
  return at.windowX1 - at.windowX0;
}

/** Components that stand at the same places come together; else each alone but those that were transformed together. */
function beginGroup(): void {
  groupEnd = aligned ? componentCount : group == 0 && componentTransform ? 3 : group + 1;
  nextY = shownOf(tileComponent(group)).windowY0;
}

function decodeRows(): i32 {
  const first = shownOf(tileComponent(group));
  const width = widthOf(first);
  const top = windowOf(group).y0;
  const bottom = first.windowY1;
  if (aligned) {
    // The strip's rows as far as it reaches, or as one step should.
    const stripEnd = stripTop + stripRows + top;
    const stepEnd = tilesAcross == 1 ? stripEnd : nextY + max<u32>(STEP_SAMPLES / max<u32>(width, 1), 1);
    const to = min(min(bottom, stripEnd), stepEnd);
    for (; nextY < to; nextY++) {
      const line = strip + <usize>(nextY - top - stripTop) * rowBytes;
      decodeRow(line + <usize>(first.windowX0 - windowOf(0).x0) * (outputCount * bytesPerSample));
    }
  } else {
    const to = min(bottom, nextY + max<u32>(STEP_SAMPLES / max<u32>(width, 1), 1));
    for (; nextY < to; nextY++) decodeRow(0);
  }
  if (bitPlanesBeyond != 0) return stop(fail(Status.UnsupportedJ2kBitPlanes, -1, bitPlanesBeyond));
  if (nextY < bottom) {
    if (aligned && tilesAcross == 1) handOutStrip(nextY - top);
    return Status.More;
  }
  return endGroup();
}

/** The next row of all components of the group; `output`: its first pixel, 0 for planes. */
function decodeRow(output: usize): void {
  const stride = output != 0 ? outputCount * bytesPerSample : bytesPerSample;
  if (multiComponent || selected) return decodeTransformedRow(output, stride);
  if (wide) return decodeWideRow(output, stride);
  let c = group;
  if (componentTransform && group == 0) {
    const width = <i32>widthOf(shownOf(tileComponent(0)));
    let y0 = rowOf(0);
    let y1 = rowOf(1);
    let y2 = rowOf(2);
    if (output != 0 && stride == 3 && pixelsAreNarrow()) {
      return writeNarrowPixels(y0, y1, y2, width, component(0), output);
    }
    if (output != 0 && stride == 3 && coding(0).filter == Filter.Irreversible && alike()) {
      return writeFloatPixels(y0, y1, y2, width, component(0), output);
    }
    y0 = wholeRow(0, y0);
    y1 = wholeRow(1, y1);
    y2 = wholeRow(2, y2);
    const r = transformed;
    const g = r + transformedBytes;
    const b = g + transformedBytes;
    if (coding(0).filter == Filter.Reversible) invertRct(y0, y1, y2, r, g, b, width);
    else invertIct(y0, y1, y2, r, g, b, width);
    writeThree(r, g, b, width, output, stride);
    c = 3;
  }
  for (; c < groupEnd; c++) {
    const width = <i32>widthOf(shownOf(tileComponent(c)));
    let row = rowOf(c);
    const area = tileComponent(c);
    if (area.form == RowForm.Narrow && bytesPerSample <= 2) {
      writeNarrowSamples(row, width, outputComponent(c), area.offset, target(output, c), bytesPerSample, stride);
      continue;
    }
    if (coding(c).filter == Filter.Irreversible && bytesPerSample <= 2) {
      writeFloatSamples(row, width, outputComponent(c), target(output, c), bytesPerSample, stride);
      continue;
    }
    row = wholeRow(c, row);
    if (coding(c).filter == Filter.Irreversible) {
      roundRow(row, transformed, width);
      row = transformed;
    }
    writeSamples(row, width, outputComponent(c), target(output, c), bytesPerSample, stride);
  }
}

/** The next row of components that are decoded already. Each row is asked for once. */
function decodeWideRow(output: usize, stride: i32): void {
  const width = <i32>widthOf(shownOf(tileComponent(0)));
  if (componentTransform) invertWideRct(wideRow(0), wideRow(1), wideRow(2), width);
  for (let c = 0; c < componentCount; c++) {
    writeWideSamples(wideRow(c), width, outputComponent(c), output + c * bytesPerSample, bytesPerSample, stride);
  }
}

/** The first sample in the window of row `nextY` of component `c`. */
function wideRow(c: i32): usize {
  const at = shownOf(tileComponent(c));
  const samples = load<usize>(wideSamples + (c << 2));
  return samples + ((<usize>(nextY - at.y0) * (at.x1 - at.x0) + (at.windowX0 - at.x0)) << 3);
}

/** The next row of all components through the transformations of Part 2; of those that are wanted, where there are none. */
function decodeTransformedRow(output: usize, stride: i32): void {
  const width = <i32>widthOf(shownOf(tileComponent(0)));
  const first = multiComponent ? 0 : firstOutput;
  const end = multiComponent ? componentCount : firstOutput + outputCount;
  for (let c = first; c < end; c++) putRow(c, rowOf(c), coding(c).filter == Filter.Irreversible);
  transformRows(width);
  for (let c = 0; c < outputCount; c++) {
    let row = transformedRow(firstOutput + c);
    if (rowIsFloat(firstOutput + c)) {
      roundRow(row, transformed, width);
      row = transformed;
    }
    writeSamples(row, width, outputComponent(c), output + c * bytesPerSample, bytesPerSample, stride);
  }
}

@inline
function rowOf(c: i32): usize {
  const area = tileComponent(c);
  return nextRow(area, area.shown);
}

/** A row that `rowOf` gave as i32 without an offset, or f32: where it stands or in one of the rows for what is transformed. */
function wholeRow(c: i32, row: usize): usize {
  const area = tileComponent(c);
  if (area.form != RowForm.Narrow && area.offset == 0) return row;
  const width = <i32>widthOf(shownOf(area));
  const output = transformed + (c < 3 ? c : 0) * transformedBytes;
  if (area.form == RowForm.Narrow) widenRow(row, output, width, area.offset);
  else shiftRow(row, output, width, -area.offset);
  return output;
}

/** Whether three components are still as narrow as the reversible transformation to pixels of one byte asks for. */
function pixelsAreNarrow(): bool {
  const y = tileComponent(0), u = tileComponent(1), v = tileComponent(2);
  if (y.form != RowForm.Narrow || u.form != RowForm.Narrow || v.form != RowForm.Narrow) return false;
  if (bytesPerSample != 1 || (y.offset | u.offset | v.offset) != 0 || !alike()) return false;
  return component(0).signed == 0 && component(0).shifted != 0 && transformFitsNarrow(y, u, v);
}

/** The first three components have samples of one range. */
@inline
function alike(): bool {
  return component(0).isLike(component(1)) && component(0).isLike(component(2));
}

/** Where the next row of component `c` belongs. */
@inline
function target(output: usize, c: i32): usize {
  if (output != 0) return output + c * bytesPerSample;
  return planeAddress(c, shownOf(tileComponent(c)).windowX0, nextY, bytesPerSample);
}

function writeThree(r: usize, g: usize, b: usize, width: i32, output: usize, stride: i32): void {
  if (output != 0 && stride == 3 * bytesPerSample && alike()) {
    if (bytesPerSample == 1) return writePixels(r, g, b, width, component(0), output);
    if (bytesPerSample == 2) return writeWordPixels(r, g, b, width, component(0), output);
  }
  writeSamples(r, width, component(0), target(output, 0), bytesPerSample, stride);
  writeSamples(g, width, component(1), target(output, 1), bytesPerSample, stride);
  writeSamples(b, width, component(2), target(output, 2), bytesPerSample, stride);
}

/** Hands out the strip down to row `bottom` of the view. */
function handOutStrip(bottom: u32): void {
  handOut(strip, stripTop * rowBytes, (bottom - stripTop) * rowBytes);
  stripTop = bottom;
}

/** The rows of a group are complete: on to the next group or the end of the tile. */
function endGroup(): i32 {
  if (groupEnd < componentCount) {
    group = groupEnd;
    beginGroup();
    return Status.More;
  }
  if (damagedBlocks > 0 && damagedRow < 0) damagedRow = topOfTile();
  return endTile();
}

/** On to the next tile, or the end. */
function endTile(): i32 {
  const lastOfRow = (tile + 1) % tilesAcross == 0;
  if (aligned && lastOfRow) {
    // Tile rows above the view or below it add nothing to the strip.
    const bottom = min(ceilShift(ceilDivide(tileY1, component(0).yStep), reduction), windowOf(0).y1);
    if (bottom > windowOf(0).y0 + stripTop) handOutStrip(bottom - windowOf(0).y0);
  }
  tile++;
  phase = Phase.BeginTile;
  if (tile < tilesAcross * tilesDown) return Status.More;
  if (aligned) return finish();
  phase = Phase.Upsample;
  return Status.More;
}

/** The next rows of the view out of the components' planes. */
function upsample(): i32 {
  const bottom = min(stripTop + stripRows, viewRows);
  for (let row = stripTop; row < bottom; row++) {
    writeRow(row, viewColumns, strip + <usize>(row - stripTop) * rowBytes, bytesPerSample);
  }
  handOutStrip(bottom);
  return bottom < viewRows ? Status.More : finish();
}

/** All rows are on their way out: the strip of this step is the last one. */
function finish(): i32 {
  if (damagedRow < 0 && cutRow < 0) return stop(Status.Done);
  phase = Phase.End;
  return Status.More;
}

/** The picture is not whole where bytes were missing or damaged: that is said when it is handed out. */
function end(): i32 {
  if (cutRow < 0) return stop(fail(Status.BadJ2kCodeBlock, -1, damagedRow, damagedRow));
  const good = damagedRow < 0 ? cutRow : min(cutRow, damagedRow);
  return stop(fail(Status.TruncatedJ2kTilePart, -1, good, good));
}
