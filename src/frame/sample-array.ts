import { AttributeMismatch } from '../errors.js';
import type { SampleArray } from './decoded-frame.js';

/** The typed arrays that samples come in, by name. */
export type SampleType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'biguint64'
  | 'bigint64'
  | 'float32'
  | 'float64';

interface SampleArrayConstructor {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): SampleArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): SampleArray;
}

const CONSTRUCTORS: Readonly<Record<SampleType, SampleArrayConstructor>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  biguint64: BigUint64Array,
  bigint64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Integer containers from the smallest on: bytes, unsigned, signed. */
const INTEGER_CONTAINERS = [
  [1, 'uint8', 'int8'],
  [2, 'uint16', 'int16'],
  [4, 'uint32', 'int32'],
  [8, 'biguint64', 'bigint64'],
] as const;

/** The smallest container that holds integers of `bits` bits (1 to 64). */
export function integerType(bits: number, signed: boolean): SampleType {
  for (const [bytes, unsignedType, signedType] of INTEGER_CONTAINERS) {
    if (bits <= bytes * 8) return signed ? signedType : unsignedType;
  }
  throw new AttributeMismatch(`Samples of ${bits} bits fit no typed array.`, { element: '00280100' });
}

/** Bytes of one sample. */
export function bytesOf(type: SampleType): 1 | 2 | 4 | 8 {
  return CONSTRUCTORS[type].BYTES_PER_ELEMENT as 1 | 2 | 4 | 8;
}

/** A fresh array of zeros. */
export function createSamples(type: SampleType, length: number): SampleArray {
  return new CONSTRUCTORS[type](length);
}

/** An array over bytes that are there, which begin at a multiple of the sample's size. */
export function viewSamples(type: SampleType, bytes: Uint8Array): SampleArray {
  return new CONSTRUCTORS[type](bytes.buffer, bytes.byteOffset, bytes.byteLength / bytesOf(type));
}

/** The name of an array's type. A subclass, Buffer for one, has the name of the class behind it. */
export function typeOf(samples: SampleArray): SampleType {
  return samples[Symbol.toStringTag].toLowerCase().replace('array', '') as SampleType;
}

/** The bytes that an array covers. */
export function bytesUnder(samples: SampleArray): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/**
 * The caller's array, if it is what the frame needs.
 * @throws AttributeMismatch when its type or length is another
 */
export function requireInto(into: SampleArray, type: SampleType, length: number): SampleArray {
  const Expected = CONSTRUCTORS[type];
  if (!(into instanceof Expected) || into.length !== length) {
    const given = `${into?.constructor?.name ?? typeof into} of ${into?.length ?? 'no'} samples`;
    throw new AttributeMismatch(
      `The array to decode into is a ${given}; the frame needs a ${Expected.name} of ${length}.`,
    );
  }
  return into;
}
