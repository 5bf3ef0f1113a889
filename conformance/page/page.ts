// Decodes the files that a person picks, in the browser's workers, and shows each frame with the hash of its stored
// samples: the same hash that `cineloop decode --json` prints in Node.js.
import { CineloopError, createPool, type DecodedFrame, open } from 'cineloop';

/** One frame as the page shows it; what `decodeFile` gives a test. */
export interface FrameReport {
  readonly frame: number;
  readonly engine?: string;
  readonly sha256?: string;
  readonly error?: string;
}

const pool = createPool({ workers: 2 });
const table = document.querySelector('#frames') as HTMLTableSectionElement;

async function sha256(samples: DecodedFrame['samples']): Promise<string> {
  const bytes = new Uint8Array(samples.buffer as ArrayBuffer, samples.byteOffset, samples.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function addRow(cells: readonly (string | Node)[], className = ''): void {
  const row = table.insertRow();
  row.className = className;
  for (const cell of cells) row.insertCell().append(cell);
}

function code(text: string): HTMLElement {
  const element = document.createElement('code');
  element.textContent = text;
  return element;
}

async function picture(image: Awaited<ReturnType<typeof open>>, frame: number): Promise<HTMLCanvasElement> {
  const { rgba, rows, columns } = await image.render(frame, { pool });
  const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(rgba as Uint8ClampedArray<ArrayBuffer>, columns, rows), 0, 0);
  return canvas;
}

async function decodeFile(file: File): Promise<FrameReport[]> {
  const reports: FrameReport[] = [];
  const image = await open(file, { pool });
  for (let frame = 0; frame < image.frameCount; frame++) {
    try {
      const decoded = await image.decode(frame, { pool });
      const hash = await sha256(decoded.samples);
      reports.push({ frame, engine: decoded.engine, sha256: hash });
      const canvas = await picture(image, frame);
      addRow([file.name, String(frame), canvas, image.transferSyntax.name, decoded.engine, code(hash)]);
    } catch (error) {
      if (!(error instanceof CineloopError)) throw error;
      reports.push({ frame, error: `${error.tag}: ${error.message}` });
      addRow([file.name, String(frame), '', image.transferSyntax.name, error.tag, error.message], 'error');
    }
  }
  await image.close();
  return reports;
}

document.querySelector('#files')?.addEventListener('change', async (event) => {
  for (const file of (event.target as HTMLInputElement).files ?? []) {
    try {
      await decodeFile(file);
    } catch (error) {
      addRow([file.name, '', '', '', '', String(error)], 'error');
    }
  }
});

Object.assign(globalThis, { decodeFile });
