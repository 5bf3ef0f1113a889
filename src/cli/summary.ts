import type { DecodedFrame, ErrorData, Mismatch } from 'cineloop';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { DecodeEvent, OpenedFile } from './decode-files.js';
import { printable } from './printable.js';
import type { Verification } from './reference-table.js';

/** What is counted of one file. */
interface FileTally {
  readonly file: OpenedFile;
  readonly engines: Set<string>;
  readonly verifications: Map<Verification, number>;
  shape: string;
  decoded: number;
  failed: number;
  milliseconds: number;
}

/** How much a remark matters, and how it is coloured: failures come first. */
const COLOURS = { failure: pc.red, disagreement: pc.yellow, note: pc.dim } as const;
type Weight = keyof typeof COLOURS;
const WEIGHTS = Object.keys(COLOURS);

interface Remark {
  readonly name: string;
  readonly text: string;
  readonly weight: Weight;
  readonly frames: number[];
  count: number;
}

const MOST_REMARKS = 40;
const MOST_NAMES = 5;
const LONGEST_NAME = 60;

/** Gathers what happens into a table with a row per file, remarks below it and a last line. Keeps no samples. */
export class Summary {
  readonly #tallies: FileTally[] = [];
  /** What is to be said once, by where and what: the frames that it holds for. */
  readonly #remarks = new Map<string, Remark>();
  readonly #skipped = new Map<string, string[]>();
  readonly #verifies: boolean;
  #unusable = 0;

  constructor(verifies: boolean) {
    this.#verifies = verifies;
  }

  add(event: DecodeEvent): void {
    if (event.kind === 'opened') {
      this.#tallies.push({
        file: event.file,
        engines: new Set(),
        verifications: new Map(),
        shape: '',
        decoded: 0,
        failed: 0,
        milliseconds: 0,
      });
    } else if (event.kind === 'frame') {
      this.#addFrame(event);
    } else if (event.kind === 'failed') {
      this.#tallies.at(-1)!.failed += 1;
      this.#remark(event.file.input.name, sentence(event.error), 'failure', event.frame);
    } else if (event.kind === 'unusable') {
      this.#unusable += 1;
      this.#remark(event.name, sentence(event.error), 'failure');
    } else if (event.kind === 'skipped') {
      const names = this.#skipped.get(event.reason) ?? [];
      names.push(event.name);
      this.#skipped.set(event.reason, names);
    }
  }

  #addFrame({
    file,
    frame,
    decoded,
    deviations,
    verification,
  }: Extract<DecodeEvent, { kind: 'frame' }>): void {
    const tally = this.#tallies.at(-1)!;
    const { samplesPerPixel: samples, bitsStored, timings } = decoded;
    const size = `${decoded.columns} x ${decoded.rows}${samples > 1 ? ` x ${samples}` : ''}`;
    tally.shape ||= `${size}, ${bitsStored} bit${kindOf(decoded)}`;
    tally.engines.add(decoded.engine);
    tally.decoded += 1;
    tally.milliseconds += timings.read + timings.decode + timings.convert;
    if (verification !== undefined) {
      tally.verifications.set(verification, (tally.verifications.get(verification) ?? 0) + 1);
      if (verification === 'differs')
        this.#remark(file.input.name, 'the samples are not those of the reference', 'failure', frame);
    }
    for (const deviation of deviations) this.#remark(file.input.name, deviation, 'note');
    for (const mismatch of decoded.mismatches) {
      const { attribute, dataset, codestream } = mismatch;
      if (isWiderCoding(mismatch)) {
        const note = `coded with ${codestream} bits for the ${dataset} that the dataset speaks of`;
        this.#remark(file.input.name, note, 'note', frame);
      } else {
        const remark = `${attribute} is ${dataset} in the dataset, ${codestream} in the data`;
        this.#remark(file.input.name, remark, 'disagreement', frame);
      }
    }
  }

  #remark(name: string, text: string, weight: Weight, frame?: number): void {
    const key = `${name}\n${text}`;
    let remark = this.#remarks.get(key);
    if (remark === undefined) {
      remark = { name: printable(name), text, weight, frames: [], count: 0 };
      this.#remarks.set(key, remark);
    }
    remark.count += 1;
    if (frame !== undefined && remark.frames.length < 2) remark.frames.push(frame);
  }

  get framesDecoded(): number {
    return this.#tallies.reduce((sum, tally) => sum + tally.decoded, 0);
  }

  /** The row number of the file that was opened last, as the contact sheet shows it. */
  get lastNumber(): number {
    return this.#tallies.length;
  }

  /** Nothing was decoded and nothing failed: there was nothing to decode. */
  get isEmpty(): boolean {
    return this.#unusable === 0 && this.#tallies.every(({ decoded, failed }) => decoded + failed === 0);
  }

  /** Everything that was to be decoded was, something was, and nothing differs from its reference. */
  get succeeded(): boolean {
    if (this.#unusable > 0 || this.framesDecoded === 0) return false;
    return this.#tallies.every((tally) => tally.failed === 0 && !tally.verifications.has('differs'));
  }

  table(): string {
    const table = new Table({
      head: ['', 'file', 'transfer syntax', 'frames', 'size', 'engine', 'frames/s', 'verified'],
      colAligns: ['right', 'left', 'left', 'right', 'left', 'left', 'right', 'left'],
      style: { head: [], border: [], compact: true },
    });
    this.#tallies.forEach((tally, index) => {
      const { file, decoded, milliseconds } = tally;
      const rate = decoded === 0 ? '' : rateText(decoded, milliseconds / 1000);
      table.push([
        index + 1,
        tailOf(printable(file.input.name)),
        shortName(file.transferSyntax.name),
        file.selectedCount === file.frameCount
          ? file.frameCount
          : `${file.selectedCount} of ${file.frameCount}`,
        tally.shape,
        [...tally.engines].join(', '),
        rate,
        this.#verifiedCell(tally),
      ]);
    });
    return table.toString();
  }

  #verifiedCell({ failed, decoded, verifications }: FileTally): string {
    const count = (verification: Verification) => verifications.get(verification) ?? 0;
    if (failed > 0) return pc.red(decoded === 0 ? 'failed' : `${failed} failed`);
    if (count('differs') > 0) return pc.red(`${count('differs')} differ`);
    if (count('lossy') > 0) return pc.yellow('lossy, not compared by hash');
    if (count('exact') > 0) {
      return count('none') === 0 ? pc.green('exact') : pc.green(`exact (${count('exact')} of ${decoded})`);
    }
    return pc.dim(this.#verifies ? 'no reference' : 'not verified');
  }

  /** Failures first, then disagreements between data and dataset, then notes. */
  remarks(): string[] {
    const sorted = [...this.#remarks.values()].sort(
      (a, b) => WEIGHTS.indexOf(a.weight) - WEIGHTS.indexOf(b.weight),
    );
    const lines = sorted.slice(0, MOST_REMARKS).map(({ name, text, weight, frames, count }) => {
      const more = count > frames.length ? ' …' : '';
      const where = frames.length === 0 ? name : `${name}, frame ${frames.join(', ')}${more}`;
      return `${COLOURS[weight](where)}: ${text}`;
    });
    if (sorted.length > MOST_REMARKS)
      lines.push(`… and ${sorted.length - MOST_REMARKS} remarks more; --json has them all`);
    return lines;
  }

  /** What was met in folders and is none of ours. */
  passedOver(): string[] {
    return [...this.#skipped].map(([reason, names]) => {
      const listed = names.slice(0, MOST_NAMES).map(printable).join(', ');
      const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
      return pc.dim(`passed over, ${reason}: ${listed}${more}`);
    });
  }

  lastLine(seconds: number, workers: number): string {
    const frames = this.framesDecoded;
    const failed = this.#tallies.reduce((sum, tally) => sum + tally.failed, 0);
    const total = (verification: Verification) =>
      this.#tallies.reduce((sum, tally) => sum + (tally.verifications.get(verification) ?? 0), 0);
    const parts = [
      `${counted(frames, 'frame')} of ${counted(this.#tallies.length, 'file')} in ${seconds.toFixed(2)} s` +
        ` (${rateText(frames, seconds)} frames/s, ${workersText(workers)})`,
    ];
    if (this.#verifies) parts.push(`${total('exact')} exact`);
    if (total('lossy') > 0) parts.push(`${total('lossy')} lossy and not compared by hash`);
    if (total('differs') > 0) parts.push(pc.red(`${total('differs')} differ from their references`));
    if (failed > 0) parts.push(pc.red(`${counted(failed, 'frame')} failed`));
    if (this.#unusable > 0) parts.push(pc.red(`${counted(this.#unusable, 'file')} could not be used`));
    return parts.join(', ');
  }
}

/**
 * A codestream of more bits than the dataset stores, as most encoders of 12-bit images write it (16): harmless, because the
 * samples are followed as they are.
 */
function isWiderCoding({ attribute, dataset, codestream }: Mismatch): boolean {
  return attribute === 'bitsStored' && codestream > dataset;
}

function rateText(frames: number, seconds: number): string {
  const rate = frames / Math.max(seconds, 1e-6);
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}

/** The end of a long path, which tells files of one folder apart. */
function tailOf(name: string): string {
  return name.length <= LONGEST_NAME ? name : `…${name.slice(1 - LONGEST_NAME)}`;
}

function kindOf({ samples, signed }: DecodedFrame): string {
  if (samples instanceof Float32Array || samples instanceof Float64Array) return ' float';
  return signed ? ' signed' : '';
}

/** The name in PS3.6 without what goes without saying, so that the table fits a screen. */
function shortName(name: string): string {
  return name
    .replace('High-Throughput JPEG 2000', 'HTJ2K')
    .replace(' Image Compression', '')
    .replace(', Non-Hierarchical', '')
    .replace(/ \(Process .*\)$/, '');
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const workersText = (workers: number) => (workers === 0 ? 'no workers' : counted(workers, 'worker'));

/** An error as one sentence: what happened, and the clause where one is broken. */
export function sentence({ tag, message, clause }: ErrorData): string {
  const plain = message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return `${tag}: ${plain}${clause === undefined ? '' : ` (${clause})`}.`;
}
