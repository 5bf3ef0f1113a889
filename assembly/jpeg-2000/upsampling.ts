/**
 * Images whose components have samples at different places of the reference grid (T.800 B.2): each component is decoded into
 * a plane of its own, and brought to the size of the image by repetition: a sample stands for all places up to the next one.
 */
import { take } from '../kernel/arena';
import { Component, component, componentCount, gridX0, gridY0 } from './image-size';

/** Plane and columns of a component: address of the samples, address of u32 source columns by output column. */
@unmanaged
class Plane {
  samples: usize;
  columns: usize;
}

let planes: usize = 0;
let xStep: u32 = 0;
let yStep: u32 = 0;

@inline
function plane(index: i32): Plane {
  return changetype<Plane>(planes + <usize>index * offsetof<Plane>());
}

/** Takes the planes for an image of `columns` columns. */
export function takePlanes(columns: u32, bytes: i32): bool {
  planes = take(<u64>componentCount * offsetof<Plane>());
  if (planes == 0) return false;
  xStep = 255;
  yStep = 255;
  for (let c = 0; c < componentCount; c++) {
    xStep = min<u32>(xStep, component(c).xStep);
    yStep = min<u32>(yStep, component(c).yStep);
  }
  for (let c = 0; c < componentCount; c++) {
    const area = component(c);
    plane(c).samples = take(<u64>(area.x1 - area.x0) * (area.y1 - area.y0) * bytes);
    plane(c).columns = take(<u64>columns * 4);
    if (plane(c).samples == 0 || plane(c).columns == 0) return false;
    for (let x: u32 = 0; x < columns; x++) {
      store<u32>(plane(c).columns + (x << 2), placeOf(x, gridX0, xStep, area.xStep, area.x0, area.x1));
    }
  }
  return true;
}

/** Sample of a component, counted from its first, for place `index` of the finest component. */
function placeOf(index: u32, gridEdge: u32, finest: u32, step: u32, first: u32, end: u32): u32 {
  const at = ((<u64>gridEdge + finest - 1) / finest + index) * finest;
  const place = <i64>(at / step) - first;
  return <u32>min<i64>(max<i64>(place, 0), <i64>(end - first) - 1);
}

/** Where the sample at column `x` and row `y` of a component's plane belongs. */
export function planeAddress(c: i32, x: u32, y: u32, bytes: i32): usize {
  const area: Component = component(c);
  return plane(c).samples + (<usize>(y - area.y0) * (area.x1 - area.x0) + (x - area.x0)) * bytes;
}

/** Puts row `row` of the image together, by pixel. */
export function writeRow(row: u32, columns: u32, output: usize, bytes: i32): void {
  const stride = componentCount * bytes;
  for (let c = 0; c < componentCount; c++) {
    const area = component(c);
    const y = placeOf(row, gridY0, yStep, area.yStep, area.y0, area.y1);
    const from = plane(c).samples + <usize>y * (area.x1 - area.x0) * bytes;
    const places = plane(c).columns;
    let to = output + c * bytes;
    for (let x: u32 = 0; x < columns; x++, to += stride) {
      const place = <usize>load<u32>(places + (x << 2));
      if (bytes == 1) store<u8>(to, load<u8>(from + place));
      else if (bytes == 2) store<u16>(to, load<u16>(from + (place << 1)));
      else store<u32>(to, load<u32>(from + (place << 2)));
    }
  }
}
