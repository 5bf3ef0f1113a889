/**
 * Tag trees (T.800 B.10.2): numbers of the code-blocks of a precinct, coded as minima of ever larger squares of them. A node is
 * a u32: what is known to be its least value, and in the highest bit, whether that is its value.
 */
import { readBit } from './packet-bits';

const KNOWN: u32 = 0x80000000;
/** Levels of a tree of 2^31 leaves at most. */
const MAXIMUM_LEVELS: i32 = 33;

/** Of the trees of one shape: first node and width of each level, leaves first, 8 bytes each. */
const shape: usize = memory.data(8 * 33, 16);
let levels: i32 = 0;
/** Nodes of a tree of this shape. */
export let treeNodes: i32 = 0;

/** How many nodes a tree over `wide` x `high` leaves has. */
export function nodesOf(wide: i32, high: i32): i32 {
  let nodes = wide * high;
  for (let w = wide, h = high; w * h > 1; nodes += w * h) {
    w = (w + 1) >> 1;
    h = (h + 1) >> 1;
  }
  return nodes;
}

/** Sets the shape of the trees that `readTagTree` is asked for next. */
export function shapeTagTree(wide: i32, high: i32): void {
  let w = wide;
  let h = high;
  levels = 0;
  treeNodes = 0;
  for (;;) {
    const level = shape + (levels << 3);
    store<i32>(level, treeNodes);
    store<i32>(level, w, 4);
    levels++;
    treeNodes += w * h;
    if (w * h <= 1 || levels == MAXIMUM_LEVELS) return;
    w = (w + 1) >> 1;
    h = (h + 1) >> 1;
  }
}

/**
 * Reads from the packet header as much of the tree at `tree` as tells whether leaf (x, y) is below `limit`.
 * @returns the leaf's value where it is below, else `limit` or more
 */
export function readTagTree(tree: usize, x: i32, y: i32, limit: u32): u32 {
  // A node is coded behind its parent: what is above one that is known is known too, and no larger.
  let low: u32 = 0;
  let level = 0;
  for (; level < levels; level++) {
    const state = load<u32>(nodeOf(tree, level, x, y));
    if ((state & KNOWN) == 0) continue;
    low = state & ~KNOWN;
    break;
  }
  while (--level >= 0) {
    const node = nodeOf(tree, level, x, y);
    // A node is no less than its parent.
    low = max(low, load<u32>(node));
    let known: u32 = 0;
    while (low < limit) {
      if (readBit() != 0) {
        known = KNOWN;
        break;
      }
      low++;
    }
    store<u32>(node, low | known);
  }
  return low;
}

/** The node of a level that leaf (x, y) is below. */
@inline
function nodeOf(tree: usize, level: i32, x: i32, y: i32): usize {
  const at = shape + (level << 3);
  return tree + ((load<i32>(at) + (y >> level) * load<i32>(at, 4) + (x >> level)) << 2);
}
