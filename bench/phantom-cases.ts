import { encodeJpegLossless } from '../fixtures/generate/jpeg-lossless-encoder.js';
import {
  encodeHtJpeg2000,
  encodeJpeg,
  encodeJpeg2000,
  encodeJpegLs,
  encodeJpegXl,
} from '../fixtures/generate/package-encoders.js';
import { cine, cr, ct, mr, ultrasound } from '../fixtures/generate/phantoms.js';
import { isSigned, type Picture } from '../fixtures/generate/picture.js';
import { encodeRle } from '../fixtures/generate/rle-encoder.js';
import { type BenchCase, sha256Of } from './case.js';

/** An encoded frame and, where that is not the source image, what it decodes to. */
interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly decoded?: Uint8Array;
}

interface PhantomCase {
  readonly codec: string;
  /** The end of the UID, after 1.2.840.10008.1.2. */
  readonly uid: string;
  readonly subject: keyof typeof SUBJECTS;
  encode(picture: Picture): EncodedPicture | Promise<EncodedPicture>;
  readonly photometricInterpretation?: string;
}

/** The fixtures' phantoms at the sizes of the clinic. Radiography with 16 bits stored: encoders of HTJ2K take 8 and 16. */
const SUBJECTS = {
  'ct 512x512': () => ct(512, 512),
  'mr 512x512': () => mr(512, 512),
  'xa 512x512': () => cine(512, 512, 1),
  'us 640x480': () => ultrasound(480, 640),
  'cr 1024x1024': () => ({ ...cr(1024, 1024), bitsStored: 16 }),
  'cr 2048x2048': () => ({ ...cr(2048, 2048), bitsStored: 16 }),
} as const satisfies Record<string, () => Picture>;

const rle = ({ frames: [samples], samplesPerPixel, columns }: Picture) => ({
  bytes: encodeRle(samples!, samplesPerPixel, columns),
});

const jpegLossless = (predictor: number) => (picture: Picture) => {
  const { rows, columns, samplesPerPixel: components, bitsStored: precision } = picture;
  const [frame] = picture.frames;
  const samples = isSigned(picture) ? new Uint16Array(frame!.buffer as ArrayBuffer) : (frame as Uint16Array);
  return { bytes: encodeJpegLossless({ samples, rows, columns, components, precision, predictor }) };
};

const jpegEncoder = (progressive: boolean) => async (picture: Picture) => {
  const { frames, decoded } = await encodeJpeg(picture, { quality: 90, sampling: '4:2:0', progressive });
  return { bytes: frames[0]!, decoded: decoded[0]! };
};

const jpeg = jpegEncoder(false);

type Encode = typeof encodeJpegLs | typeof encodeJpeg2000 | typeof encodeHtJpeg2000 | typeof encodeJpegXl;

const lossless = (encode: Encode) => async (picture: Picture) => {
  const { frames } = await encode(picture, {});
  return { bytes: frames[0]! };
};

const CASES: readonly PhantomCase[] = [
  { codec: 'rle', uid: '5', subject: 'ct 512x512', encode: rle },
  { codec: 'rle', uid: '5', subject: 'xa 512x512', encode: rle },
  { codec: 'rle', uid: '5', subject: 'us 640x480', encode: rle },
  { codec: 'rle', uid: '5', subject: 'cr 2048x2048', encode: rle },
  { codec: 'jpeg-lossless', uid: '4.70', subject: 'ct 512x512', encode: jpegLossless(1) },
  { codec: 'jpeg-lossless predictor 7', uid: '4.57', subject: 'mr 512x512', encode: jpegLossless(7) },
  { codec: 'jpeg-lossless', uid: '4.70', subject: 'us 640x480', encode: jpegLossless(1) },
  { codec: 'jpeg-lossless', uid: '4.70', subject: 'cr 2048x2048', encode: jpegLossless(1) },
  { codec: 'jpeg', uid: '4.50', subject: 'xa 512x512', encode: jpeg },
  {
    ...{ codec: 'jpeg', uid: '4.50', subject: 'us 640x480', encode: jpeg },
    photometricInterpretation: 'YBR_FULL_422',
  },
  { codec: 'jpeg progressive', uid: '4.55', subject: 'xa 512x512', encode: jpegEncoder(true) },
  {
    ...{ codec: 'jpeg progressive', uid: '4.55', subject: 'us 640x480', encode: jpegEncoder(true) },
    photometricInterpretation: 'YBR_FULL_422',
  },
  { codec: 'jpeg-ls', uid: '4.80', subject: 'ct 512x512', encode: lossless(encodeJpegLs) },
  { codec: 'jpeg-ls', uid: '4.80', subject: 'cr 2048x2048', encode: lossless(encodeJpegLs) },
  { codec: 'jpeg-2000', uid: '4.90', subject: 'ct 512x512', encode: lossless(encodeJpeg2000) },
  {
    ...{ codec: 'jpeg-2000', uid: '4.90', subject: 'us 640x480', encode: lossless(encodeJpeg2000) },
    photometricInterpretation: 'YBR_RCT',
  },
  { codec: 'jpeg-2000', uid: '4.90', subject: 'cr 1024x1024', encode: lossless(encodeJpeg2000) },
  { codec: 'htj2k', uid: '4.201', subject: 'ct 512x512', encode: lossless(encodeHtJpeg2000) },
  {
    ...{ codec: 'htj2k', uid: '4.201', subject: 'us 640x480', encode: lossless(encodeHtJpeg2000) },
    photometricInterpretation: 'YBR_RCT',
  },
  { codec: 'htj2k', uid: '4.201', subject: 'cr 2048x2048', encode: lossless(encodeHtJpeg2000) },
  { codec: 'jpeg-xl', uid: '4.110', subject: 'mr 512x512', encode: lossless(encodeJpegXl) },
  { codec: 'jpeg-xl', uid: '4.110', subject: 'us 640x480', encode: lossless(encodeJpegXl) },
];

/** Frames as large as those of the clinic, made in memory by the phantoms and encoders of the fixtures. */
export function phantomCases(): BenchCase[] {
  return CASES.map((item) => ({
    id: `phantom ${item.codec} ${item.subject}`,
    transferSyntax: `1.2.840.10008.1.2.${item.uid}`,
    async load() {
      const picture = SUBJECTS[item.subject]();
      const { bytes, decoded } = await item.encode(picture);
      return {
        bytes,
        attributes: attributesOf(picture, item.photometricInterpretation),
        sha256: sha256Of(decoded ?? picture.frames[0]!),
      };
    },
  }));
}

/** What a dataset would say of the picture. */
export function attributesOf(picture: Picture, photometricInterpretation: string | undefined) {
  const { rows, columns, samplesPerPixel, bitsStored } = picture;
  return {
    ...{ rows, columns, samplesPerPixel, bitsStored },
    bitsAllocated: 8 * picture.frames[0]!.BYTES_PER_ELEMENT,
    pixelRepresentation: isSigned(picture) ? 1 : 0,
    photometricInterpretation: photometricInterpretation ?? (samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2'),
  } as const;
}
