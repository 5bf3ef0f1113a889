// Runs the built command as a user does: dist/cli/main.js in a process of its own.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode as decodePng } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const fixture = (path: string) => join(root, 'fixtures', path);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cineloop-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr, lines: stdout.split('\n').filter((line) => line !== '') };
}

interface JsonLine {
  readonly file: string;
  readonly frame: number | null;
  readonly [field: string]: unknown;
}

const jsonLines = (...args: string[]) => run(...args).lines.map((line) => JSON.parse(line) as JsonLine);

/** The sha256 of each frame of a fixture, as its reference table says. */
async function referencesOf(file: string): Promise<string[]> {
  const [head, ...rows] = (await readFile(fixture('reference.tsv'), 'utf8')).split('\n');
  const column = head!.split('\t').indexOf('sha256');
  return rows.filter((row) => row.startsWith(`${file}\t`)).map((row) => row.split('\t')[column]!);
}

/** A file of the user's that holds these bytes. */
async function userFile(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('decode --json', () => {
  it('prints a line per frame with the fields of the interface, in order', async () => {
    const { status, lines, stderr } = run('decode', fixture('rle/ct.dcm'), '--json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0]!);
    expect(Object.keys(line)).toEqual([
      'file',
      'frame',
      'transferSyntax',
      'rows',
      'columns',
      'samplesPerPixel',
      'bytesPerSample',
      'bitsStored',
      'signed',
      'photometricInterpretation',
      'sha256',
      'engine',
      'milliseconds',
      'mismatches',
    ]);
    expect(line).toMatchObject({
      file: fixture('rle/ct.dcm'),
      frame: 0,
      transferSyntax: '1.2.840.10008.1.2.5',
      rows: 72,
      columns: 88,
      samplesPerPixel: 1,
      bytesPerSample: 2,
      bitsStored: 16,
      signed: true,
      photometricInterpretation: 'MONOCHROME2',
      sha256: (await referencesOf('rle/ct.dcm'))[0],
      engine: 'cineloop-rle',
      mismatches: [],
    });
    expect(line.milliseconds).toBeGreaterThan(0);
  });

  it('says where a file departs from the standard and was read all the same', async () => {
    const whole = await readFile(fixture('rle/ct.dcm'));
    const file = await userFile('no-preamble.dcm', whole.subarray(132));
    const [line] = jsonLines('decode', file, '--json');
    expect(line).toMatchObject({ sha256: (await referencesOf('rle/ct.dcm'))[0] });
    expect(line!.deviations).toEqual(['Preamble and prefix are missing.']);
    expect(run('decode', file).stdout).toContain((line!.deviations as string[])[0]);
  });

  it('keeps the order of the frames, and decodes those that are asked for', async () => {
    const file = 'rle/cine-48-frames.dcm';
    const references = await referencesOf(file);
    const all = jsonLines('decode', fixture(file), '--json');
    expect(all.map(({ frame, sha256 }) => [frame, sha256])).toEqual(references.map((hash, i) => [i, hash]));
    const some = jsonLines('decode', fixture(file), '--json', '--frames', '0,45-,2-4');
    expect(some.map(({ frame }) => frame)).toEqual([0, 2, 3, 4, 45, 46, 47]);
    expect(some.map(({ sha256 }) => sha256)).toEqual(
      [0, 2, 3, 4, 45, 46, 47].map((frame) => references[frame]),
    );
  });

  it('gives the same without workers and with more of them', () => {
    const hashes = (workers: string) =>
      jsonLines('decode', fixture('jpeg-2000/nm-fragments.dcm'), '--json', '--workers', workers).map(
        ({ sha256 }) => sha256,
      );
    expect(hashes('0')).toHaveLength(8);
    expect(hashes('3')).toEqual(hashes('0'));
  });

  it('unpacks 1-bit frames to bytes and puts planes into pixels', async () => {
    const lines = jsonLines(
      'decode',
      fixture('native/segmentation-1-bit.dcm'),
      fixture('native/us-rgb-planar.dcm'),
      '--json',
    );
    expect(lines.map(({ sha256 }) => sha256)).toEqual([
      ...(await referencesOf('native/segmentation-1-bit.dcm')),
      ...(await referencesOf('native/us-rgb.dcm')),
    ]);
    expect(lines[0]).toMatchObject({ bytesPerSample: 1, bitsStored: 1, samplesPerPixel: 1 });
  });

  it('decodes a part of each frame, of any transfer syntax', async () => {
    const [line] = jsonLines(
      'decode',
      fixture('rle/ct.dcm'),
      '--json',
      '--region',
      '2,3,4,5',
      '--raw',
      folder,
    );
    expect(line).toMatchObject({ rows: 4, columns: 5, mismatches: [] });
    const [whole] = jsonLines('decode', fixture('rle/ct.dcm'), '--json', '--raw', join(folder, 'whole'));
    const stem = `${whole!.columns}x${whole!.rows}x1.int16`;
    const samples = await readFile(join(folder, `whole/ct.0.${stem}.raw`));
    const rows = [2, 3, 4, 5].map((row) => (row * Number(whole!.columns) + 3) * 2);
    const region = Buffer.concat(rows.map((start) => samples.subarray(start, start + 10)));
    expect(await readFile(join(folder, 'ct.0.5x4x1.int16.raw'))).toEqual(region);
  });

  it('refuses a reduced size where the transfer syntax has none', () => {
    const { status, lines } = run('decode', fixture('rle/ct.dcm'), '--json', '--reduction', '1');
    expect(status).toBe(1);
    expect(JSON.parse(lines[0]!).error).toMatchObject({
      tag: 'UnsupportedFeature',
      feature: 'A reduced size',
    });
  });

  it('reports a frame that fails in its place and goes on', async () => {
    // The offset that the RLE header gives for the second segment of frame 1 points behind the frame (PS3.5 G.5).
    const bytes = await readFile(fixture('rle/dose-32-bit.dcm'));
    const item = Buffer.from([0xfe, 0xff, 0x00, 0xe0]);
    let at = bytes.indexOf(item); // the empty offset table
    for (let i = 0; i < 2; i++) at = bytes.indexOf(item, at + 4);
    bytes.writeUInt32LE(0x7fff_fff0, at + 8 + 8);
    const path = await userFile('broken-frame.dcm', bytes);
    const { status, lines, stderr } = run('decode', path, '--json');
    expect(status).toBe(1);
    expect(stderr).toBe('');
    const [first, second, third] = lines.map((line) => JSON.parse(line));
    const references = await referencesOf('rle/dose-32-bit.dcm');
    expect([first.sha256, third.sha256]).toEqual([references[0], references[2]]);
    expect(Object.keys(second)).toEqual(['file', 'frame', 'error']);
    expect(second).toMatchObject({
      file: path,
      frame: 1,
      error: { tag: 'InvalidBitstream', transferSyntax: '1.2.840.10008.1.2.5', frame: 1 },
    });
  });

  it('gives a file that cannot be opened a line with frame null', async () => {
    const path = await userFile('no-dicom.bin', 'These are some words and no image. '.repeat(20));
    const { status, lines, stderr } = run('decode', path, fixture('rle/ct.dcm'), '--json');
    expect(status).toBe(1);
    expect(stderr).toBe('');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      file: path,
      frame: null,
      error: { tag: 'InvalidDataset' },
    });
    expect(JSON.parse(lines[1]!)).toMatchObject({ frame: 0, transferSyntax: '1.2.840.10008.1.2.5' });
  });

  it('adds the verification where a table is given', () => {
    const [line] = jsonLines('decode', fixture('rle/ct.dcm'), '--json', '--verify', fixture('reference.tsv'));
    expect(line).toMatchObject({ verification: 'exact' });
  });
});

describe('decode --raw and --png', () => {
  it('writes samples and pictures, named after file and frame', async () => {
    const out = join(folder, 'frames');
    const file = 'jpeg-2000/nm-fragments.dcm';
    const { status } = run('decode', fixture('jpeg-2000'), '--frames', '0,2', '--raw', out, '--png', out);
    expect(status).toBe(0);
    const names = await readdir(out);
    expect(names).toContain('nm-fragments.0.32x36x1.uint16.raw');
    expect(names).toContain('nm-fragments.2.png');
    expect(names).not.toContain('nm-fragments.1.png');
    expect(names).toContain('us-rgb.0.88x64x3.uint8.raw');
    const raw = await readFile(join(out, 'nm-fragments.2.32x36x1.uint16.raw'));
    expect(createHash('sha256').update(raw).digest('hex')).toBe((await referencesOf(file))[2]);

    const gray = decodePng(await readFile(join(out, 'ct.0.png')));
    expect([gray.width, gray.height, gray.channels, gray.depth]).toEqual([88, 72, 1, 8]);
    // Through the window 40/400: air at the corner black, bone of the spine white.
    expect([gray.data[0], gray.data[52 * 88 + 44]]).toEqual([0, 255]);
    const colour = decodePng(await readFile(join(out, 'us-rgb.0.png')));
    expect([colour.width, colour.height, colour.channels]).toEqual([88, 64, 3]);
  });

  it('keeps files of the same name apart', async () => {
    const out = join(folder, 'same-names');
    run(
      'decode',
      fixture('rle/ct.dcm'),
      fixture('native/ct-implicit.dcm'),
      fixture('rle/ct.dcm'),
      '--raw',
      out,
    );
    expect((await readdir(out)).sort()).toEqual([
      'ct-implicit.0.88x72x1.int16.raw',
      'ct.0.88x72x1.int16.raw',
      'ct~2.0.88x72x1.int16.raw',
    ]);
  });
});

describe('the main job', () => {
  it('decodes every fixture exactly, prints a row for each and writes a contact sheet', async () => {
    const { status, stdout, stderr } = run();
    expect(stderr).toBe('');
    const files = (await readdir(fixture(''), { recursive: true })).filter((name) => name.endsWith('.dcm'));
    for (const file of files) expect(stdout).toContain(file.replaceAll('\\', '/'));
    expect(stdout).not.toMatch(/failed|\d differ|no reference|not verified/);
    expect(stdout).toContain(`of ${files.length} files`);
    expect(stdout).not.toContain('\u001b[');
    expect(status).toBe(0);
    const [, sheet] = /^contact sheet: (.*)$/m.exec(stdout) ?? [];
    const { width, height } = decodePng(await readFile(sheet!));
    expect(width).toBeGreaterThan(1000);
    expect(height).toBeGreaterThan(1000);
  });

  it('takes folders, and passes over what is no DICOM', async () => {
    const study = join(folder, 'study');
    await mkdir(join(study, 'deeper'), { recursive: true });
    await writeFile(join(study, 'deeper', 'IM0001'), await readFile(fixture('rle/ct.dcm')));
    await writeFile(join(study, 'notes.txt'), 'The patient is a phantom. '.repeat(30));
    await writeFile(join(study, 'empty'), '');
    const { status, stdout, stderr } = run(study, '--sheet', join(folder, 'sheet.png'));
    expect(stderr).toBe('');
    expect(stdout).toContain(join('study', 'deeper', 'IM0001'));
    expect(stdout).toMatch(/passed over, no DICOM: .*empty, .*notes\.txt/);
    expect(stdout).toContain('1 frame of 1 file');
    expect(status).toBe(0);
  });

  it('fails where nothing could be decoded', async () => {
    const study = join(folder, 'nothing');
    await mkdir(study);
    await writeFile(join(study, 'notes.txt'), 'Nothing here.');
    const { status, stdout } = run(study);
    expect(status).toBe(1);
    expect(stdout).toContain('passed over, no DICOM');
    const json = run('decode', study, '--json');
    expect(json.status).toBe(1);
    expect(json.stdout).toBe('');
    expect(json.stderr).toMatch(
      /^cineloop: There is nothing to decode \(passed over, no DICOM: .*notes\.txt\)\.\n$/,
    );
  });

  it('says which frames differ from a reference, and fails', async () => {
    const table = await userFile(
      'wrong.tsv',
      `file\tframe\tlayout\tsha256\tverdict\nrle/ct.dcm\t0\tgray\t${'0'.repeat(64)}\texact-3\n`,
    );
    const { status, stdout } = run('decode', fixture('rle/ct.dcm'), '--verify', table);
    expect(status).toBe(1);
    expect(stdout).toContain('1 differ');
    expect(stdout).toContain('rle/ct.dcm, frame 0: the samples are not those of the reference');
  });
});

describe('info', () => {
  it('prints the attributes without decoding', () => {
    const { status, stdout } = run('info', fixture('jpeg-2000/us-lossy.dcm'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^transferSyntax +1\.2\.840\.10008\.1\.2\.4\.91$/m);
    expect(stdout).toMatch(/^rows +64$/m);
    expect(stdout).toMatch(/^photometricInterpretation +YBR_ICT$/m);
  });

  it('prints JSON', () => {
    const { lines } = run('info', fixture('native/ct-implicit.dcm'), '--json');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      transferSyntax: '1.2.840.10008.1.2',
      frames: 1,
      rows: 72,
      columns: 88,
      bitsAllocated: 16,
      pixelRepresentation: 1,
      Modality: 'CT',
      WindowCenter: '40\\-600',
    });
  });
});

describe('bad input', () => {
  const oneSentence = /^cineloop: [^\n]+\.\n$/;

  it.each([
    ['an unknown option', ['decode', 'x.dcm', '--colour']],
    ['no path', ['decode']],
    ['frames that are none', ['decode', 'x.dcm', '--frames', '3-1']],
    ['a number of workers that is none', ['decode', 'x.dcm', '--workers', 'many']],
    ['a region that is none', ['decode', 'x.dcm', '--region', '0,0,1']],
    ['no layers', ['decode', 'x.dcm', '--layers', '0']],
    ['a part to be verified', ['decode', 'x.dcm', '--reduction', '1', '--verify', 'nowhere.tsv']],
    ['a reference table that is not there', ['decode', 'x.dcm', '--verify', 'nowhere.tsv']],
    ['a reference table that is none', ['decode', 'x.dcm', '--verify', fixture('README.md')]],
    ['an output folder that is a file', ['decode', 'x.dcm', '--raw', fixture('README.md')]],
    ['an output folder where none can be made', ['decode', 'x.dcm', '--raw', '/dev/null/a/b']],
    ['info without a file', ['info']],
  ])('%s: one sentence, exit code 2', (_, args) => {
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toMatch(oneSentence);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('a file that is not there: one sentence, exit code 1', () => {
    const { status, stdout, stderr } = run('decode', 'nowhere.dcm');
    expect(stdout).toContain('nowhere.dcm: ');
    expect(stdout).toContain('there is no such file or folder');
    expect(stderr).toBe('');
    expect(status).toBe(1);
    const info = run('info', 'nowhere.dcm');
    expect(info.stderr).toMatch(oneSentence);
    expect(info.status).toBe(1);
  });

  it.runIf(process.platform === 'linux')('output below /proc, which denies that it is there: no hang', () => {
    const sheet = run('decode', fixture('rle/ct.dcm'), '--sheet', '/proc/a/sheet.png');
    expect(sheet.stderr).toMatch(oneSentence);
    expect(sheet.status).toBe(1);
    const raw = run('decode', fixture('rle/ct.dcm'), '--raw', '/proc/a/b');
    expect(raw.stderr).toMatch(oneSentence);
    expect(raw.status).toBe(2);
  });

  it.runIf(process.platform !== 'win32')('names that would write on the terminal: escaped', async () => {
    const path = await userFile(
      'line\nbreak \u001b[31m.dcm',
      await readFile(fixture('native/mr-high-bit-15.dcm')),
    );
    const { status, stdout } = run('decode', path);
    expect(status).toBe(0);
    expect(stdout).toContain('line\\x0abreak \\x1b[31m.dcm, frame 0: unusedBits is 0');
    expect(stdout).not.toContain('\u001b');
    const missing = run('info', 'not\nthere.dcm');
    expect(missing.stderr).toMatch(oneSentence);
    expect(jsonLines('decode', path, '--json')).toMatchObject([{ file: path, frame: 0 }]);
  });

  it('a file cut off anywhere: no stack, no hang', async () => {
    const bytes = await readFile(fixture('rle/us-rgb.dcm'));
    const lengths = [0, 1, 132, 140, 300, 700, bytes.length - 3000, bytes.length - 1];
    const paths = await Promise.all(
      lengths.map((length) => userFile(`cut-${length}.dcm`, bytes.subarray(0, length))),
    );
    const { status, lines, stderr } = run('decode', ...paths, '--json');
    expect(stderr).toBe('');
    expect(status).toBe(1);
    const answers = lines.map((line) => JSON.parse(line) as JsonLine);
    expect(answers.map(({ file }) => file)).toEqual(paths);
    for (const { file, error, sha256 } of answers) expect(error ?? sha256, file).toBeDefined();
    expect(answers.slice(0, 7).every(({ error }) => error !== undefined)).toBe(true);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const { status, stdout } = run('--version');
    expect([status, stdout]).toEqual([0, `${version}\n`]);
  });

  it('prints help', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('decode [options] <path...>');
  });
});

describe('pipes and interruptions', () => {
  it('goes quiet when the reader has gone', async () => {
    const child = spawn(
      process.execPath,
      [main, 'decode', ...Array(40).fill(fixture('rle/cine-48-frames.dcm')), '--json'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(errors).toBe('');
    expect([0, 1]).toContain(code);
  });

  it('ends at the first interruption', async () => {
    const child = spawn(
      process.execPath,
      [main, 'decode', ...Array(200).fill(fixture('rle/cine-48-frames.dcm')), '--json'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    child.stdout.resume();
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(errors).toBe('');
    expect(code).toBe(130);
  });
});
