// Decodes the files that a person picks, in the browser's workers, and shows each frame with the hash of its stored
// samples: the same hash that `cineloop decode --json` prints in Node.js.
import { CineloopError, createPool, type DecodedFrame, open } from 'cineloop';

const pool = createPool({ workers: 2 });
const table = document.querySelector('#frames') as HTMLTableSectionElement;
const status = document.querySelector('#status') as HTMLElement;

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
  const { rgba, rows, columns } = await image.render(frame);
  const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(rgba as Uint8ClampedArray<ArrayBuffer>, columns, rows), 0, 0);
  return canvas;
}

async function decodeFile(file: File): Promise<void> {
  const image = await open(file, { pool });
  for (let frame = 0; frame < image.frameCount; frame++) {
    try {
      const { engine, samples } = await image.decode(frame);
      const hash = code(await sha256(samples));
      addRow([
        file.name,
        String(frame),
        await picture(image, frame),
        image.transferSyntax.name,
        engine,
        hash,
      ]);
    } catch (error) {
      if (!(error instanceof CineloopError)) throw error;
      addRow([file.name, String(frame), '', image.transferSyntax.name, error.tag, error.message], 'error');
    }
  }
  await image.close();
}

document.querySelector('#files')?.addEventListener('change', async (event) => {
  const files = (event.target as HTMLInputElement).files ?? [];
  status.textContent = 'Decoding …';
  const start = performance.now();
  for (const file of files) {
    await decodeFile(file).catch((error) => addRow([file.name, '', '', '', '', String(error)], 'error'));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  status.textContent = `Done: ${files.length} files, ${table.rows.length} frames in ${seconds} s.`;
});
