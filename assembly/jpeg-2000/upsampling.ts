/**
 * Images whose components have samples at different places of the reference grid (T.800 B.2): each component is decoded into
 * a plane of its own, and brought to the size of the image by repetition: a sample stands for all places up to the next one.
 */
import { take } from '../kernel/arena';
import { componentCount } from './image-size';
import { sampleColumn, sampleRow, windowOf } from './view';

/** Plane and columns of a component: address of the samples of its window, address of u32 source columns by output column. */
@unmanaged
class Plane {
  samples: usize;
  columns: usize;
}

let planes: usize = 0;

@inline
function plane(index: i32): Plane {
  return changetype<Plane>(planes + <usize>index * offsetof<Plane>());
}

/** Takes the planes for a view of `columns` columns. */
export function takePlanes(columns: u32, bytes: i32): bool {
  planes = take(<u64>componentCount * offsetof<Plane>());
  if (planes == 0) return false;
  for (let c = 0; c < componentCount; c++) {
    const window = windowOf(c);
    plane(c).samples = take(<u64>(window.x1 - window.x0) * (window.y1 - window.y0) * bytes);
    plane(c).columns = take(<u64>columns * 4);
    if (plane(c).samples == 0 || plane(c).columns == 0) return false;
    for (let x: u32 = 0; x < columns; x++) store<u32>(plane(c).columns + (x << 2), sampleColumn(c, x) - window.x0);
  }
  return true;
}

/** Where the sample at column `x` and row `y` of a component, both in its window, belongs in its plane. */
export function planeAddress(c: i32, x: u32, y: u32, bytes: i32): usize {
  const window = windowOf(c);
  return plane(c).samples + (<usize>(y - window.y0) * (window.x1 - window.x0) + (x - window.x0)) * bytes;
}

/** Puts row `row` of the view together, by pixel. */
export function writeRow(row: u32, columns: u32, output: usize, bytes: i32): void {
  const stride = componentCount * bytes;
  for (let c = 0; c < componentCount; c++) {
    const window = windowOf(c);
    const from = planeAddress(c, window.x0, sampleRow(c, row), bytes);
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
