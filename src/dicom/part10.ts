import { CineloopError, InvalidDataset } from '../errors.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { MemorySource } from '../sources/memory.js';
import { Dataset } from './dataset.js';
import { DatasetReader } from './dataset-reader.js';
import { type Deviation, Deviations } from './deviations.js';
import { loadDictionary } from './dictionary.js';
import type { Element } from './element.js';
import {
  BEGINNING,
  type Encoding,
  EXPLICIT_LITTLE_ENDIAN,
  encodingOfDataset,
  IMPLICIT_LITTLE_ENDIAN,
} from './encoding.js';
import { inflate } from './inflate.js';
import {
  DOUBLE_FLOAT_PIXEL_DATA,
  FLOAT_PIXEL_DATA,
  groupOf,
  PIXEL_DATA,
  TRANSFER_SYNTAX_UID,
} from './tag.js';
import type { TransferSyntax } from './transfer-syntax.js';
import {
  EXPLICIT_VR_BIG_ENDIAN,
  EXPLICIT_VR_LITTLE_ENDIAN,
  GE_PRIVATE_IMPLICIT_VR_BIG_ENDIAN,
  IMPLICIT_VR_LITTLE_ENDIAN,
  transferSyntaxOf,
} from './transfer-syntaxes.js';

/** A DICOM file (PS3.10 7) whose header is read. */
export interface Part10 {
  /**
   * The row of the transfer syntax. Where a native one is missing or is not what the bytes are, the one that they are
   * (`deviations` says so; `meta` has what was claimed); for a UID that no row knows, a row by that UID.
   */
  readonly transferSyntax: TransferSyntax;
  /** File meta information, group 0002; empty where the file has none. */
  readonly meta: Dataset;
  /** Everything in front of Pixel Data and it; what is behind it too, unless Pixel Data is in fragments. */
  readonly dataset: Dataset;
  /** How the elements of `dataset` are written. */
  readonly encoding: Encoding;
  /** What the offsets of `dataset` count in: the source that was given, or the inflated one of a deflated dataset. */
  readonly source: ByteSource;
  /** Pixel Data, Float or Double Float Pixel Data of the dataset itself. */
  readonly pixelData: Element | undefined;
  /** Where the file departs from the standard and how it was read: the first hundred. */
  readonly deviations: readonly Deviation[];
  /** The limits that it was read with, and that its frame index keeps to. */
  readonly limits: Limits;
}

/** Preamble and prefix (PS3.10 7.1). */
const PREFIX_OFFSET = 128;
const DICM = 0x4449434d;

/** Where the first element is: behind preamble and prefix, behind a bare prefix, or at once. */
async function startOf(reader: DatasetReader, size: number, deviations: Deviations): Promise<number> {
  const head = await reader.view(0, PREFIX_OFFSET + 4);
  if (head.byteLength >= PREFIX_OFFSET + 4 && head.getUint32(PREFIX_OFFSET) === DICM)
    return PREFIX_OFFSET + 4;
  if (head.byteLength >= 4 && head.getUint32(0) === DICM) {
    deviations.add(0, 'The preamble is missing.');
    return 4;
  }
  // The header of an element is known by its tag.
  await loadDictionary();
  const beginning = await reader.view(0, PREFIX_OFFSET + BEGINNING);
  if (encodingOfDataset(beginning, 0, size, undefined)) {
    deviations.add(0, 'Preamble and prefix are missing.');
    return 0;
  }
  if (encodingOfDataset(beginning, PREFIX_OFFSET, size - PREFIX_OFFSET, undefined)) {
    deviations.add(PREFIX_OFFSET, 'The prefix DICM is missing.');
    return PREFIX_OFFSET;
  }
  throw new InvalidDataset('This is no DICOM file: no prefix DICM, and no data element at the beginning.', {
    offset: 0,
    clause: 'PS3.10 7.1',
  });
}

/** A row for a UID that none knows: new ones are explicit VR little endian, encapsulated (PS3.5 A.4). */
function unknownRow(uid: string): TransferSyntax {
  return {
    uid,
    name: 'Unknown transfer syntax',
    explicitVr: true,
    bigEndian: false,
    deflated: false,
    encapsulated: true,
    fragmentable: true,
    retired: false,
  };
}

function nativeRow({ explicitVr, bigEndian }: Encoding): TransferSyntax {
  const explicit = bigEndian ? EXPLICIT_VR_BIG_ENDIAN : EXPLICIT_VR_LITTLE_ENDIAN;
  const implicit = bigEndian ? GE_PRIVATE_IMPLICIT_VR_BIG_ENDIAN : IMPLICIT_VR_LITTLE_ENDIAN;
  return transferSyntaxOf(explicitVr ? explicit : implicit)!;
}

/** Describes an encoding for a deviation. */
function nameOf({ explicitVr, bigEndian }: Encoding): string {
  return `${explicitVr ? 'explicit' : 'implicit'} VR ${bigEndian ? 'big' : 'little'} endian`;
}

/**
 * Reads the header of a DICOM file: the file meta information and the dataset, without long values and without pixel
 * data, which stay in the source until they are asked for. Lenient as PS3.10 files in the field demand; each leniency
 * that was needed is listed in `deviations`.
 * @throws InvalidDataset where this is no DICOM file, and for deflated bytes that are damaged
 * @throws LimitExceeded for `nesting`, `elements`, `inflatedBytes` and `inflateRatio`
 */
export async function readPart10(
  source: ByteSource,
  options: { readonly limits?: Partial<Limits> } = {},
): Promise<Part10> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const deviations = new Deviations();
  let reader = new DatasetReader(source, limits, deviations);
  const [start] = await Promise.all([startOf(reader, source.size, deviations), loadDictionary()]);

  const meta = new Dataset();
  const metaView = await reader.view(start, 16);
  const end = source.size;
  let position = start;
  if (metaView.byteLength >= 8) {
    // Always explicit VR little endian (PS3.10 7.1); a few writers got that wrong.
    const encoding =
      encodingOfDataset(metaView, 0, end - start, EXPLICIT_LITTLE_ENDIAN) ?? EXPLICIT_LITTLE_ENDIAN;
    const accepts = (tag: number) => groupOf(tag) === 2;
    position = await reader.read({ start, end, encoding, accepts, dataset: meta });
    if (meta.size === 0) deviations.add(start, 'The file meta information is missing.');
    else if (nameOf(encoding) !== nameOf(EXPLICIT_LITTLE_ENDIAN)) {
      deviations.add(start, `The file meta information is written in ${nameOf(encoding)}.`);
    }
  }

  const uid = meta.string(TRANSFER_SYNTAX_UID);
  let transferSyntax = uid === undefined ? undefined : (transferSyntaxOf(uid) ?? unknownRow(uid));
  const dataset = new Dataset();
  let view = await reader.view(position, uid === undefined ? BEGINNING : 16);
  let datasetSource = source;

  if (transferSyntax?.deflated) {
    if (encodingOfDataset(view, 0, end - position, undefined)?.explicitVr) {
      deviations.add(position, 'The dataset should be deflated and is not.');
    } else {
      datasetSource = new MemorySource(await inflateDataset(source, position, limits));
      reader = new DatasetReader(datasetSource, limits, deviations);
      position = 0;
      view = await reader.view(0, 16);
    }
  }
  // Papyrus and GE's private syntax, too, are little endian in front of the pixel data.
  const declared: Encoding | undefined = transferSyntax && {
    explicitVr: transferSyntax.explicitVr,
    bigEndian: transferSyntax.uid !== GE_PRIVATE_IMPLICIT_VR_BIG_ENDIAN && transferSyntax.bigEndian,
  };
  const room = datasetSource.size - position;
  const found = encodingOfDataset(view, 0, room, declared);
  if (found === undefined && declared === undefined && meta.size === 0) {
    throw new InvalidDataset('This is no DICOM file: no data element at the beginning.', {
      offset: position,
    });
  }
  const encoding = found ?? declared ?? IMPLICIT_LITTLE_ENDIAN;
  if (transferSyntax === undefined) {
    transferSyntax = nativeRow(encoding);
    deviations.add(position, `The transfer syntax is missing; the dataset is ${nameOf(encoding)}.`);
  } else if (declared && nameOf(declared) !== nameOf(encoding)) {
    deviations.add(position, `The dataset should be ${nameOf(declared)} and is ${nameOf(encoding)}.`);
    const isPlain = !transferSyntax.encapsulated && transferSyntax.unsupported === undefined;
    if (isPlain && transferSyntax.uid !== GE_PRIVATE_IMPLICIT_VR_BIG_ENDIAN)
      transferSyntax = nativeRow(encoding);
  }

  await reader.read({ start: position, end: datasetSource.size, encoding, dataset });
  return {
    transferSyntax,
    meta,
    dataset,
    encoding,
    source: datasetSource,
    pixelData:
      dataset.element(PIXEL_DATA) ??
      dataset.element(FLOAT_PIXEL_DATA) ??
      dataset.element(DOUBLE_FLOAT_PIXEL_DATA),
    deviations: deviations.list,
    limits,
  };
}

/** Inflates everything behind the file meta information (PS3.5 A.5). */
async function inflateDataset(source: ByteSource, start: number, limits: Limits): Promise<Uint8Array> {
  const deflated = await source.read(start, source.size - start);
  try {
    return await inflate(deflated, limits);
  } catch (cause) {
    if (cause instanceof CineloopError && cause.tag === 'LimitExceeded') throw cause;
    throw new InvalidDataset('The deflated dataset is damaged or ends too early.', {
      offset: start,
      clause: 'PS3.5 A.5',
      cause,
    });
  }
}
