import type { TransferSyntax } from './transfer-syntax.js';

/** What most rows share: explicit VR little endian with pixel data in fragments (PS3.5 A.4). */
const ENCAPSULATED = {
  explicitVr: true,
  bigEndian: false,
  deflated: false,
  encapsulated: true,
  fragmentable: true,
  retired: false,
} as const;
/** JPEG 2000 Part 2: frames may be the components of one codestream (PS3.5 A.4.4). */
const SHARED_CODESTREAMS = { ...ENCAPSULATED, sharedCodestreams: true } as const;
const NATIVE = { ...ENCAPSULATED, encapsulated: false, fragmentable: false } as const;
const ONE_FRAGMENT_PER_FRAME = { ...ENCAPSULATED, fragmentable: false } as const;
/** The whole elementary stream is the pixel data of all frames: frames cannot be told apart by fragments (PS3.5 8.2.5). */
const VIDEO = {
  ...ENCAPSULATED,
  fragmentable: false,
  unsupported: 'video streams (MPEG-2, H.264, HEVC)',
} as const;
const FRAGMENTABLE_VIDEO = { ...VIDEO, fragmentable: true } as const;
const JPIP = {
  ...NATIVE,
  unsupported: 'JPIP referenced pixel data, which a server gives (Pixel Data Provider URL, 0028,7FE0)',
} as const;
const SMPTE = {
  ...VIDEO,
  unsupported: 'real-time video (SMPTE ST 2110), which is not stored in files',
} as const;
const MESSAGE = {
  ...NATIVE,
  retired: true,
  unsupported: 'encodings of DICOM that are no Part 10 dataset',
} as const;
const RETIRED = { ...ENCAPSULATED, retired: true } as const;

/** UID, name of PS3.6 Table A-1, how it is encoded. A UID that begins with a dot continues 1.2.840.10008.1.2. */
const ROWS: readonly (readonly [string, string, Omit<TransferSyntax, 'uid' | 'name'>])[] = [
  ['', 'Implicit VR Little Endian', { ...NATIVE, explicitVr: false }],
  ['.1', 'Explicit VR Little Endian', NATIVE],
  ['.1.98', 'Encapsulated Uncompressed Explicit VR Little Endian', ONE_FRAGMENT_PER_FRAME],
  ['.1.99', 'Deflated Explicit VR Little Endian', { ...NATIVE, deflated: true }],
  ['.2', 'Explicit VR Big Endian', { ...NATIVE, bigEndian: true, retired: true }],
  ['.4.50', 'JPEG Baseline (Process 1)', ENCAPSULATED],
  ['.4.51', 'JPEG Extended (Process 2 & 4)', ENCAPSULATED],
  ['.4.52', 'JPEG Extended (Process 3 & 5)', RETIRED],
  ['.4.53', 'JPEG Spectral Selection, Non-Hierarchical (Process 6 & 8)', RETIRED],
  ['.4.54', 'JPEG Spectral Selection, Non-Hierarchical (Process 7 & 9)', RETIRED],
  ['.4.55', 'JPEG Full Progression, Non-Hierarchical (Process 10 & 12)', RETIRED],
  ['.4.56', 'JPEG Full Progression, Non-Hierarchical (Process 11 & 13)', RETIRED],
  ['.4.57', 'JPEG Lossless, Non-Hierarchical (Process 14)', ENCAPSULATED],
  ['.4.58', 'JPEG Lossless, Non-Hierarchical (Process 15)', RETIRED],
  ['.4.59', 'JPEG Extended, Hierarchical (Process 16 & 18)', RETIRED],
  ['.4.60', 'JPEG Extended, Hierarchical (Process 17 & 19)', RETIRED],
  ['.4.61', 'JPEG Spectral Selection, Hierarchical (Process 20 & 22)', RETIRED],
  ['.4.62', 'JPEG Spectral Selection, Hierarchical (Process 21 & 23)', RETIRED],
  ['.4.63', 'JPEG Full Progression, Hierarchical (Process 24 & 26)', RETIRED],
  ['.4.64', 'JPEG Full Progression, Hierarchical (Process 25 & 27)', RETIRED],
  ['.4.65', 'JPEG Lossless, Hierarchical (Process 28)', RETIRED],
  ['.4.66', 'JPEG Lossless, Hierarchical (Process 29)', RETIRED],
  [
    '.4.70',
    'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])',
    ENCAPSULATED,
  ],
  ['.4.80', 'JPEG-LS Lossless Image Compression', ENCAPSULATED],
  ['.4.81', 'JPEG-LS Lossy (Near-Lossless) Image Compression', ENCAPSULATED],
  ['.4.90', 'JPEG 2000 Image Compression (Lossless Only)', ENCAPSULATED],
  ['.4.91', 'JPEG 2000 Image Compression', ENCAPSULATED],
  ['.4.92', 'JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)', SHARED_CODESTREAMS],
  ['.4.93', 'JPEG 2000 Part 2 Multi-component Image Compression', SHARED_CODESTREAMS],
  ['.4.94', 'JPIP Referenced', JPIP],
  ['.4.95', 'JPIP Referenced Deflate', { ...JPIP, deflated: true }],
  ['.4.100', 'MPEG2 Main Profile / Main Level', VIDEO],
  ['.4.100.1', 'Fragmentable MPEG2 Main Profile / Main Level', FRAGMENTABLE_VIDEO],
  ['.4.101', 'MPEG2 Main Profile / High Level', VIDEO],
  ['.4.101.1', 'Fragmentable MPEG2 Main Profile / High Level', FRAGMENTABLE_VIDEO],
  ['.4.102', 'MPEG-4 AVC/H.264 High Profile / Level 4.1', VIDEO],
  ['.4.102.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1', FRAGMENTABLE_VIDEO],
  ['.4.103', 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', VIDEO],
  ['.4.103.1', 'Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', FRAGMENTABLE_VIDEO],
  ['.4.104', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', VIDEO],
  ['.4.104.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', FRAGMENTABLE_VIDEO],
  ['.4.105', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', VIDEO],
  ['.4.105.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', FRAGMENTABLE_VIDEO],
  ['.4.106', 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', VIDEO],
  ['.4.106.1', 'Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', FRAGMENTABLE_VIDEO],
  ['.4.107', 'HEVC/H.265 Main Profile / Level 5.1', VIDEO],
  ['.4.108', 'HEVC/H.265 Main 10 Profile / Level 5.1', VIDEO],
  ['.4.110', 'JPEG XL Lossless', ENCAPSULATED],
  ['.4.111', 'JPEG XL JPEG Recompression', ENCAPSULATED],
  ['.4.112', 'JPEG XL', ENCAPSULATED],
  ['.4.201', 'High-Throughput JPEG 2000 Image Compression (Lossless Only)', ENCAPSULATED],
  ['.4.202', 'High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)', ENCAPSULATED],
  ['.4.203', 'High-Throughput JPEG 2000 Image Compression', ENCAPSULATED],
  ['.4.204', 'JPIP HTJ2K Referenced', JPIP],
  ['.4.205', 'JPIP HTJ2K Referenced Deflate', { ...JPIP, deflated: true }],
  ['.5', 'RLE Lossless', ONE_FRAGMENT_PER_FRAME],
  ['.6.1', 'RFC 2557 MIME encapsulation', MESSAGE],
  ['.6.2', 'XML Encoding', MESSAGE],
  ['.7.1', 'SMPTE ST 2110-20 Uncompressed Progressive Active Video', SMPTE],
  ['.7.2', 'SMPTE ST 2110-20 Uncompressed Interlaced Active Video', SMPTE],
  ['.7.3', 'SMPTE ST 2110-30 PCM Digital Audio', SMPTE],
  ['.8.1', 'Deflated Image Frame Compression', ONE_FRAGMENT_PER_FRAME],
  [
    '1.2.840.10008.1.20',
    'Papyrus 3 Implicit VR Little Endian',
    { ...NATIVE, explicitVr: false, retired: true },
  ],
  // Private, but common in old archives: the dataset is little endian, the native pixel data are big endian.
  [
    '1.2.840.113619.5.2',
    'GE Private Implicit VR Big Endian',
    { ...NATIVE, explicitVr: false, bigEndian: true },
  ],
];

export const IMPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const EXPLICIT_VR_BIG_ENDIAN = '1.2.840.10008.1.2.2';
export const GE_PRIVATE_IMPLICIT_VR_BIG_ENDIAN = '1.2.840.113619.5.2';

/** Every transfer syntax that is known by name, decodable or not, in the order of their UIDs (PS3.6 Table A-1). */
export const TRANSFER_SYNTAXES: readonly TransferSyntax[] = ROWS.map(([uid, name, encoding]) => ({
  uid: uid === '' || uid.startsWith('.') ? IMPLICIT_VR_LITTLE_ENDIAN + uid : uid,
  name,
  ...encoding,
}));

const rowsByUid = new Map(TRANSFER_SYNTAXES.map((row) => [row.uid, row]));

/** The row of a UID; undefined where none knows it: a codec may be registered for it all the same. */
export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  return rowsByUid.get(uid);
}
