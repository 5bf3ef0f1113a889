import type { Region } from 'cineloop';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FrameSelection } from './frame-selection.js';

/** The options of the commands that decode, as they are read. */
export interface DecodeCommandOptions {
  readonly frames: FrameSelection;
  readonly raw?: string;
  readonly png?: string;
  readonly json: boolean;
  readonly engine?: string;
  readonly workers?: number;
  readonly reduction?: number;
  readonly region?: Region;
  readonly layers?: number;
  readonly verify?: string;
  readonly sheet?: string;
}

/** Adds the options that `decode` and the main job have in common. */
export function withDecodeOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--frames <list>', 'frames of each file, counted from 0, for example 0,2-4 or 10-')
        .default(FrameSelection.all, 'all')
        .argParser(selection),
    )
    .option('--raw <dir>', 'write the samples of each frame, little endian')
    .option('--png <dir>', 'write each frame as a picture')
    .option('--json', 'print a line of JSON for each frame and nothing else', false)
    .option('--engine <name>', 'decode with this engine')
    .addOption(
      new Option(
        '--workers <n>',
        'workers; 0 decodes in this thread (default: one for each processor)',
      ).argParser(count),
    )
    .addOption(
      new Option(
        '--reduction <n>',
        'halve each side n times while decoding, where the stream allows',
      ).argParser(count),
    )
    .addOption(
      new Option(
        '--region <row,column,rows,columns>',
        'decode that part, in pixels of the reduction',
      ).argParser(region),
    )
    .addOption(new Option('--layers <n>', 'quality layers to decode at most').argParser(layers))
    .option('--verify <table>', 'compare with the hashes of a reference.tsv')
    .option('--sheet <file>', 'write a contact sheet, a PNG with a picture of each file');
}

function selection(text: string): FrameSelection {
  try {
    return FrameSelection.parse(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function region(text: string): Region {
  const numbers = text.split(',').map(Number);
  const [row, column, rows, columns] = numbers;
  if (!/^\d+(,\d+){3}$/.test(text) || rows === 0 || columns === 0) {
    throw new InvalidArgumentError('It is four whole numbers, for example 0,128,64,64.');
  }
  return { row: row!, column: column!, rows: rows!, columns: columns! };
}

function layers(text: string): number {
  const value = count(text);
  if (value === 0) throw new InvalidArgumentError('It is 1 or more.');
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 256)
    throw new InvalidArgumentError('It is a whole number from 0 to 256.');
  return value;
}
