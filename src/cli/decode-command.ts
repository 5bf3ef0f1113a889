import { resolve } from 'node:path';
import { createPool } from 'cineloop';
import pc from 'picocolors';
import { ContactSheet } from './contact-sheet.js';
import { type DecodeEvent, decodeFiles } from './decode-files.js';
import { type InputFile, systemProblem, type UnreadablePath } from './input-files.js';
import { jsonLine } from './json-line.js';
import { makeFolder } from './make-folder.js';
import type { DecodeCommandOptions } from './options.js';
import { OutputFolder } from './output-files.js';
import { Progress } from './progress.js';
import { ReferenceTable } from './reference-table.js';
import type { StandardOutput } from './standard-output.js';
import { Summary } from './summary.js';
import { UsageError } from './usage-error.js';

/**
 * Decodes files and reports on them: a table, or with `--json` a line per frame.
 * @returns whether everything was decoded and nothing differs from its reference
 */
export async function decodeCommand(
  inputs: AsyncIterable<InputFile | UnreadablePath>,
  options: DecodeCommandOptions,
  output: StandardOutput,
  signal: AbortSignal,
): Promise<boolean> {
  const references = await referencesOf(options);
  const raw = await outputFolder(options.raw);
  const png = await outputFolder(options.png);
  const sheet = options.sheet === undefined ? undefined : new ContactSheet();
  const { engine, reduction, region, layers } = options;
  const summary = new Summary(references !== undefined);
  const progress = new Progress();
  const pool = createPool(options.workers === undefined ? {} : { workers: options.workers });
  const begin = performance.now();
  try {
    const events = decodeFiles(inputs, {
      pool,
      image: { engine, reduction, region, layers },
      frames: options.frames,
      references,
      signal,
      rendered: png !== undefined,
      thumbnails: sheet !== undefined,
    });
    for await (const event of events) {
      if (signal.aborted) break;
      summary.add(event);
      progress.add(event);
      await writeFrame(event, raw, png);
      if (event.kind === 'closed' && event.thumbnail) sheet?.add(summary.lastNumber, event.thumbnail);
      if (options.json) await output.write(jsonLine(event) ?? '');
    }
  } finally {
    progress.stop();
    await pool.close();
  }
  if (signal.aborted) return false;
  if (options.json) {
    if (summary.isEmpty) {
      const why = summary.passedOver().join('; ');
      console.error(`cineloop: There is nothing to decode${why === '' ? '' : ` (${why})`}.`);
    }
    return summary.succeeded;
  }
  const seconds = (performance.now() - begin) / 1000;
  if (summary.lastNumber > 0) await output.write(`${summary.table()}\n`);
  for (const line of [...summary.remarks(), ...summary.passedOver()]) await output.write(`${line}\n`);
  await output.write(`${summary.lastLine(seconds, pool.workers)}\n`);
  if (sheet !== undefined && sheet.size > 0) await writeSheet(sheet, options.sheet!, output);
  return summary.succeeded;
}

async function referencesOf(options: DecodeCommandOptions): Promise<ReferenceTable | undefined> {
  const { verify, reduction, region, layers } = options;
  if (verify === undefined) return undefined;
  if (reduction || region || layers) throw new UsageError('There are references of whole frames only.');
  try {
    return await ReferenceTable.read(verify);
  } catch (error) {
    const problem =
      error instanceof SyntaxError ? error.message : `It cannot be read: ${systemProblem(error)}.`;
    throw new UsageError(`${verify} is no reference table. ${problem}`);
  }
}

async function outputFolder(folder: string | undefined): Promise<OutputFolder | undefined> {
  if (folder === undefined) return undefined;
  try {
    await makeFolder(folder);
    return new OutputFolder(folder);
  } catch (error) {
    throw new UsageError(`The folder ${folder} cannot be made: ${systemProblem(error)}.`);
  }
}

async function writeFrame(
  event: DecodeEvent,
  raw: OutputFolder | undefined,
  png: OutputFolder | undefined,
): Promise<void> {
  if (event.kind !== 'frame') return;
  try {
    await raw?.writeRaw(event.file, event.frame, event.decoded);
    if (event.picture !== undefined) await png?.writePng(event.file, event.frame, event.picture);
  } catch (error) {
    throw new Error(`Writing a frame of ${event.file.input.name} failed: ${systemProblem(error)}.`);
  }
}

async function writeSheet(sheet: ContactSheet, path: string, output: StandardOutput): Promise<void> {
  try {
    await sheet.write(path);
  } catch (error) {
    throw new Error(`The contact sheet ${path} cannot be written: ${systemProblem(error)}.`);
  }
  await output.write(`contact sheet: ${pc.bold(resolve(path))}\n`);
}
