import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CountedRacer, race, type Turn, turnSeconds } from './alternation.js';
import { cineloopContenders } from './cineloop.js';
import type { Stage } from './codecs.js';
import type { Contender } from './contender.js';
import type { Peer } from './peers/peer.js';
import { threadMilliseconds } from './processor-time.js';

const execute = promisify(execFile);
const source = fileURLToPath(new URL('native/', import.meta.url));
const output = fileURLToPath(new URL('../out/native/', import.meta.url));

/** What is compiled: a file of native/, linked with a library that pkg-config knows, or that a variable of the environment names. */
interface Library {
  readonly name: string;
  readonly file: string;
  readonly found: { readonly pkgConfig: string } | { readonly variable: string; readonly version: RegExp };
  readonly colour: Peer['colour'];
  readonly syntaxes: readonly number[];
}

const LIBRARIES: readonly Library[] = [
  {
    ...{ name: 'libjpeg-turbo', file: 'libjpeg.c', found: { pkgConfig: 'libjpeg' }, colour: 'rgb' },
    syntaxes: [50, 51, 53, 55, 57, 70],
  },
  {
    ...{ name: 'TurboJPEG', file: 'turbojpeg.c', colour: 'rgb' },
    found: { variable: 'LIBTURBOJPEG', version: /libjpeg-turbo version ([\d.]+)/ },
    syntaxes: [50, 51, 53, 55, 57, 70],
  },
  {
    ...{ name: 'OpenJPEG', file: 'openjpeg.c', found: { pkgConfig: 'libopenjp2' }, colour: 'stored' },
    syntaxes: [90, 91, 201, 202, 203],
  },
];

/** Libraries of this machine, each in a process that keeps the frame in memory and takes turns with cineloop in this one. */
interface NativeLibraries {
  readonly stage: Stage;
  readonly names: readonly string[];
  /** Libraries that are left out, and why. */
  readonly missing: readonly string[];
}

/** Compiles what this machine has the compiler, the headers and the libraries for. */
export async function nativeLibraries(): Promise<NativeLibraries> {
  const peers: Peer[] = [];
  const programs = new Map<Peer, string>();
  const missing: string[] = [];
  for (const library of LIBRARIES) {
    try {
      const { program, version } = await compile(library);
      const peer = peerOf(library, program, version);
      peers.push(peer);
      programs.set(peer, program);
    } catch (error) {
      const said = error as { stderr?: string; message: string };
      missing.push(`${library.name}: ${(said.stderr || said.message).trim().split('\n')[0]}`);
    }
  }
  const stage: Stage = {
    peersFor: (transferSyntax) => peers.filter((peer) => peer.transferSyntaxes.includes(transferSyntax)),
    async times(frame, { transferSyntax, colour }, rivals, schedule) {
      const seconds = turnSeconds(schedule, 2 + rivals.length);
      const ours = await cineloopContenders(frame, transferSyntax, colour);
      const running = rivals.map(({ peer }) => new RunningProgram(programs.get(peer)!, frame.bytes));
      try {
        return await race(
          [
            ...ours.map((contender) => new CountedRacer((count) => decodeHere(contender, count), seconds)),
            ...running.map((program) => new CountedRacer((count) => program.decode(count), seconds)),
          ],
          schedule.rounds,
        );
      } finally {
        for (const program of running) program.end();
      }
    },
  };
  return { stage, names: peers.map(({ name }) => name), missing };
}

async function compile({ name, file, found }: Library): Promise<{ program: string; version: string }> {
  const { flags, version } = await linking(found);
  mkdirSync(output, { recursive: true });
  const program = join(output, name);
  const sources = [join(source, 'main.c'), join(source, file)];
  await execute(process.env.CC ?? 'cc', ['-O2', '-o', program, ...sources, ...flags]);
  return { program, version };
}

/** What the compiler is told of a library, and its version. */
async function linking(found: Library['found']): Promise<{ flags: string[]; version: string }> {
  if ('pkgConfig' in found) {
    const said = async (...of: string[]) =>
      (await execute('pkg-config', [...of, found.pkgConfig])).stdout.trim();
    return { flags: (await said('--cflags', '--libs')).split(/\s+/), version: await said('--modversion') };
  }
  const path = process.env[found.variable];
  if (path === undefined) throw new Error(`no ${found.variable}`);
  const library = resolve(path);
  const [, version = ''] = found.version.exec(readFileSync(library, 'latin1')) ?? [];
  return { flags: [library, `-Wl,-rpath,${dirname(library)}`], version };
}

function peerOf({ name, colour, syntaxes }: Library, program: string, version: string): Peer {
  return {
    ...{ name: `${name} ${version}, native`, package: name, colour },
    transferSyntaxes: syntaxes.map((number) => `1.2.840.10008.1.2.4.${number}`),
    load:
      async () =>
      ({ bytes }) =>
        decodedBy(program, bytes),
  };
}

/** The samples, once: what the times are worth depends on them. */
async function decodedBy(program: string, bytes: Uint8Array): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'cineloop-bench-'));
  try {
    const [frame, samples] = [join(folder, 'frame'), join(folder, 'samples')];
    writeFileSync(frame, bytes);
    await execute(program, [frame, samples]).catch(({ stderr }: { stderr: string }) => {
      throw new Error(stderr.trim() || 'no reason given');
    });
    return Uint8Array.from(readFileSync(samples));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function decodeHere(contender: Contender, count: number): Promise<Turn> {
  const thread = threadMilliseconds();
  const wall = performance.now();
  for (let decoded = 0; decoded < count; decoded += 1) await contender.decode();
  return {
    wall: (performance.now() - wall) / count,
    thread: thread === undefined ? undefined : (threadMilliseconds()! - thread) / count,
  };
}

/** A program of native/ with one frame: told how often to decode, it answers with the time of one. */
class RunningProgram {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cineloop-bench-'));
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, bytes: Uint8Array) {
    const frame = join(this.#folder, 'frame');
    writeFileSync(frame, bytes);
    this.#process = spawn(program, [frame], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async decode(count: number): Promise<Turn> {
    this.#process.stdin!.write(`${count}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The native decoder ended.');
    const [thread, wall] = value.split(' ').map(Number);
    return { thread, wall: wall! };
  }

  end(): void {
    this.#process.stdin!.end();
    rmSync(this.#folder, { recursive: true });
  }
}
