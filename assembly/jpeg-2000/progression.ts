/** The order of packets in a tile (T.800 B.12): five progressions, and changes between them (POC). */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import {
  endComponent,
  endLayer,
  endResolution,
  entryOrder,
  firstComponent,
  firstResolution,
  layers,
  Progression,
  progressionChangeCount,
  progressionEntries,
  progressionOrder,
  readProgression,
} from './coding-parameters';
import { component, componentCount } from './image-size';
import { ceilDivide, ceilShift } from './markers';
import { beginPackets, morePackets, packetsCut, readPacket } from './packet';
import {
  mostLevels,
  neededPrecincts,
  precinctOf,
  Resolution,
  resolutionOf,
  tileComponent,
  tileX0,
  tileX1,
  tileY0,
  tileY1,
} from './tile';
import { layerLimit } from './view';

/** Bounds of the progression at work: Table A.32, ends exclusive. */
let fromResolution: i32 = 0;
let toResolution: i32 = 0;
let fromComponent: i32 = 0;
let toComponent: i32 = 0;
let toLayer: i32 = 0;
/** What ended it early: more than Done. */
let stopped: i32 = 0;
/** Packets that are needed and have not come yet. */
let packetsLeft: u64 = 0;
/** Packets of the tile that are needed and that its tile-parts do not have. */
export let packetsMissing: bool = false;

/** The tile's bytes are used up, or all is there that is needed: answers among the statuses that only this file gives and takes. */
const NO_MORE: i32 = -1;
const ENOUGH: i32 = -2;

/** Reads the packets of tile `index`, whose geometry is laid out, up to the last one that is needed. */
export function readPackets(index: i32): i32 {
  beginPackets(index);
  stopped = Status.Done;
  packetsMissing = false;
  packetsLeft = neededPrecincts * <u64>min(layers, layerLimit);
  if (packetsLeft == 0) return Status.Done;
  if (progressionChangeCount == 0) {
    fromResolution = 0;
    toResolution = mostLevels + 1;
    fromComponent = 0;
    toComponent = componentCount;
    toLayer = layers;
    follow(progressionOrder);
  }
  for (let segment = 0; segment < progressionChangeCount && stopped == Status.Done; segment++) {
    for (let entry = 0; entry < progressionEntries(segment) && stopped == Status.Done; entry++) {
      if (!readProgression(segment, entry)) return fail(Status.BadJ2kProgression, -1);
      fromResolution = firstResolution;
      toResolution = min(endResolution, mostLevels + 1);
      fromComponent = firstComponent;
      toComponent = endComponent;
      toLayer = endLayer;
      follow(entryOrder);
    }
  }
  if (stopped == NO_MORE) {
    packetsMissing = true;
    return Status.Done;
  }
  packetsMissing = packetsCut;
  return stopped == ENOUGH ? <i32>Status.Done : stopped;
}

function follow(order: i32): void {
  switch (order) {
    case Progression.LRCP:
      for (let l = 0; l < toLayer && stopped == Status.Done; l++) {
        for (let r = fromResolution; r < toResolution && stopped == Status.Done; r++) everyComponent(r, l);
      }
      return;
    case Progression.RLCP:
      for (let r = fromResolution; r < toResolution && stopped == Status.Done; r++) {
        for (let l = 0; l < toLayer && stopped == Status.Done; l++) everyComponent(r, l);
      }
      return;
    case Progression.RPCL:
      for (let r = fromResolution; r < toResolution && stopped == Status.Done; r++) {
        everyPosition(fromComponent, toComponent, r, r + 1);
      }
      return;
    case Progression.PCRL:
      everyPosition(fromComponent, toComponent, fromResolution, toResolution);
      return;
    default:
      for (let c = fromComponent; c < toComponent && stopped == Status.Done; c++) {
        everyPosition(c, c + 1, fromResolution, toResolution);
      }
  }
}

/** One layer of all precincts of a resolution, component by component. */
function everyComponent(r: i32, layer: i32): void {
  for (let c = fromComponent; c < toComponent; c++) {
    const area = tileComponent(c);
    if (r > <i32>area.coding.levels) continue;
    const at = resolutionOf(area, r);
    for (let py = 0; py < at.precinctsHigh; py++) {
      for (let px = 0; px < at.precinctsWide; px++) {
        visit(at, px, py, r, layer);
        if (stopped != Status.Done) return;
      }
    }
  }
}

/**
 * B.12.1.3 to B.12.1.5: the positions of the reference grid at which a precinct of the given components and resolutions
 * begins, row by row; at each of them component by component, resolution by resolution, all layers.
 */
function everyPosition(c0: i32, c1: i32, r0: i32, r1: i32): void {
  for (let y = <u64>tileY0; y < <u64>tileY1; ) {
    let nextY = <u64>tileY1;
    for (let x = <u64>tileX0; x < <u64>tileX1; ) {
      let nextX = <u64>tileX1;
      for (let c = c0; c < c1; c++) {
        const area = tileComponent(c);
        const levels = <i32>area.coding.levels;
        for (let r = r0; r < min(r1, levels + 1); r++) {
          const at = resolutionOf(area, r);
          if (at.precinctsWide == 0 || at.precinctsHigh == 0) continue;
          const reduction = <u32>(levels - r);
          const stepX = <u64>component(c).xStep << (at.precinctWidth + reduction);
          const stepY = <u64>component(c).yStep << (at.precinctHeight + reduction);
          nextX = min(nextX, (x / stepX + 1) * stepX);
          nextY = min(nextY, (y / stepY + 1) * stepY);
          if (!begins(x, tileX0, stepX, at.x0, at.precinctWidth, reduction)) continue;
          if (!begins(y, tileY0, stepY, at.y0, at.precinctHeight, reduction)) continue;
          const px = precinctAt(x, component(c).xStep, reduction, at.precinctWidth, at.x0);
          const py = precinctAt(y, component(c).yStep, reduction, at.precinctHeight, at.y0);
          if (px >= at.precinctsWide || py >= at.precinctsHigh) continue;
          for (let l = 0; l < toLayer; l++) {
            visit(at, px, py, r, l);
            if (stopped != Status.Done) return;
          }
        }
      }
      x = nextX;
    }
    y = nextY;
  }
}

/** Whether a precinct begins at this coordinate of the reference grid: at a multiple of its size, or cut off by the tile. */
@inline
function begins(at: u64, tileEdge: u32, step: u64, edge: u32, precinct: u32, reduction: u32): bool {
  if (at % step == 0) return true;
  return at == <u64>tileEdge && (<u64>edge << reduction) % (<u64>1 << (precinct + reduction)) != 0;
}

/** B-20 for one coordinate: the precinct's column or row. */
@inline
function precinctAt(at: u64, step: u32, reduction: u32, precinct: u32, edge: u32): i32 {
  return (ceilShift(ceilDivide(<u32>at, step), reduction) >> precinct) - (edge >> precinct);
}

/** The packet of a layer, unless an earlier progression has had it. */
function visit(at: Resolution, px: i32, py: i32, r: i32, layer: i32): void {
  const precinct = precinctOf(at, py * at.precinctsWide + px);
  if (layer < precinct.layers) return;
  if (!morePackets()) {
    stopped = NO_MORE;
    return;
  }
  const needed = precinct.needed && precinct.layers < layerLimit;
  stopped = readPacket(at, px, py, r > 0 ? 1 : 0, needed);
  if (needed && --packetsLeft == 0 && stopped == Status.Done) stopped = ENOUGH;
}
