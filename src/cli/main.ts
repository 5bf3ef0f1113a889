#!/usr/bin/env node
// The command line: reads the arguments, runs a command, sets the exit code. 0 everything was decoded, 1 something was
// not, 2 the command was called wrongly, 130 it was interrupted.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { decodeCommand } from './decode-command.js';
import { infoCommand } from './info-command.js';
import { type InputFile, inputFiles, type UnreadablePath } from './input-files.js';
import { type DecodeCommandOptions, withDecodeOptions } from './options.js';
import { printable } from './printable.js';
import { StandardOutput } from './standard-output.js';
import { UsageError } from './usage-error.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));
const CONTACT_SHEET = 'out/contact-sheet.png';

const interruption = new AbortController();
const { signal } = interruption;
const output = new StandardOutput(process.stdout, () => interruption.abort());

process.once('SIGINT', () => {
  process.exitCode = 130;
  interruption.abort();
  process.once('SIGINT', () => process.exit(130));
});

/** The project's own fixtures: what is decoded where nothing is named. */
async function* fixtureFiles(): AsyncGenerator<InputFile | UnreadablePath> {
  for await (const file of inputFiles([FIXTURES])) {
    if (!('relativePath' in file)) yield file;
    else if (file.relativePath.endsWith('.dcm')) yield { ...file, name: file.relativePath, named: true };
  }
}

function mainJob(paths: readonly string[], options: DecodeCommandOptions): Promise<boolean> {
  const withSheet = { sheet: CONTACT_SHEET, ...options };
  if (paths.length > 0) return decodeCommand(inputFiles(paths), withSheet, output, signal);
  if (!existsSync(FIXTURES)) throw new UsageError('Name the files or folders to decode.');
  return decodeCommand(fixtureFiles(), { verify: `${FIXTURES}/reference.tsv`, ...withSheet }, output, signal);
}

function versionOf(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

function program(): Command {
  const failing = (ok: boolean) => {
    if (!ok) process.exitCode ??= 1;
  };
  const root = withDecodeOptions(new Command('cineloop'))
    .version(versionOf())
    .description(
      'Decodes DICOM files. Without a command: decodes files and folders, or the project’s own fixtures where none are ' +
        `named, compares the latter with their references, and writes a contact sheet (${CONTACT_SHEET}).`,
    )
    .argument('[path...]', 'files and folders')
    .enablePositionalOptions()
    .helpCommand(false)
    .action(async (paths: string[], options: DecodeCommandOptions) => failing(await mainJob(paths, options)));
  const decode = withDecodeOptions(root.command('decode'))
    .description('decode files and folders; writes nothing that is not asked for')
    .argument('<path...>', 'files and folders')
    .action(async (paths: string[], options: DecodeCommandOptions) =>
      failing(await decodeCommand(inputFiles(paths), options, output, signal)),
    );
  const info = root
    .command('info')
    .description('print what a file says of its image, without decoding it')
    .argument('<file>')
    .option('--json', 'print it as a line of JSON', false)
    .action(async (path: string, { json }: { json: boolean }) =>
      failing(await infoCommand(path, json, output)),
    );
  for (const command of [root, decode, info]) {
    command.exitOverride().configureOutput({ outputError: () => undefined });
  }
  return root;
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0) fail(error.message.replace(/^error: /, ''));
  } else if (error instanceof UsageError) {
    fail(error.message);
  } else if (!signal.aborted) {
    // An output file that cannot be written, or a fault of the program: one line in either case.
    console.error(`cineloop: ${printable(error instanceof Error ? error.message : String(error))}`);
    process.exitCode = 1;
  }
}

function fail(problem: string): void {
  console.error(`cineloop: ${printable(problem)}${/[.!?]$/.test(problem) ? '' : '.'} See cineloop --help.`);
  process.exitCode = 2;
}
