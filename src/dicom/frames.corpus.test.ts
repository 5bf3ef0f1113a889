import { describe, expect, it } from 'vitest';
import { MemorySource } from '../sources/memory.js';
import { beginsCodestream } from './codestream-bounds.js';
import { corpus, type ReferenceRow, readCorpusFile, referenceRows, skipped } from './corpus.test-support.js';
import { readFragments } from './fragments.js';
import { type FrameLocation, frameIndexOf } from './frame-index.js';
import { imagePixelOf } from './image-pixel.js';
import { readPart10 } from './part10.js';

/** Rows of files that are decoded in the reference, by file. */
function decodedFiles(): [string, ReferenceRow][] {
  const rows = referenceRows().filter(
    ({ kind, nframes, sha256 }) => kind === 'dicom' && nframes !== '' && sha256 !== '',
  );
  return [...new Map(rows.map((row) => [row.file!, row]))];
}

/** Files that the reference decoders gave no samples of: what the dataset or its length says, `located` where it is the frame. */
const UNDECODED: Readonly<Record<string, string>> = {
  'dicom/Enet4__dicom-test-files/meta_missing_tsyntax.dcm': 'MissingAttribute',
  'dicom/ImagingDataCommons__libdicom/generated_encapsulated_defined_bot_2_to_1.dcm': 'located',
  'dicom/ImagingDataCommons__libdicom/generated_encapsulated_empty_bot_1_to_1.dcm': 'located',
  'dicom/ImagingDataCommons__libdicom/generated_encapsulated_empty_bot_2_to_1.dcm': 'located',
  'dicom/dcm4che__dcm4che/3gb-bulk-data-truncated.dcm': 'AttributeMismatch',
  'dicom/fo-dicom__fo-dicom/GH1146.dcm': 'TruncatedData',
  'dicom/fo-dicom__fo-dicom/genFile.dcm': 'located',
  'dicom/ivmartel__dwv/dwv-test_no-number-rows.dcm': 'MissingAttribute',
  'dicom/orthanc-mirrors__orthanc-tests/2026-05-26-oob-monochrome-46341.dcm': 'TruncatedData',
  'dicom/orthanc-mirrors__orthanc-tests/2026-05-26-oob-monochrome-65535.dcm': 'TruncatedData',
  'dicom/pydicom__pydicom/JPEG2000-embedded-sequence-delimiter.dcm': 'located',
};

async function open(file: string) {
  const part10 = await readPart10(new MemorySource(readCorpusFile(file)));
  return {
    part10,
    attributes: imagePixelOf(part10.dataset, part10.transferSyntax),
    index: await frameIndexOf(part10),
  };
}

describe.skipIf(!corpus)(`frames of the corpus${skipped}`, () => {
  it.each(decodedFiles())('%s', async (file, row) => {
    const { part10, attributes, index } = await open(file);
    expect({ frames: index.frameCount, rows: attributes.rows, columns: attributes.columns }).toEqual({
      frames: Number(row.nframes),
      rows: Number(row.rows),
      columns: Number(row.cols),
    });
    const locations: FrameLocation[] = [];
    for (let frame = 0; frame < index.frameCount; frame += 1) locations.push(await index.locate(frame));

    const { offset, length } = part10.pixelData!;
    if (length !== undefined && !part10.transferSyntax.encapsulated) {
      // Native frames follow each other without a gap; the bytes of the reference are one for a pixel of 1 bit.
      const pixels = Number(row.rows) * Number(row.cols);
      const full =
        pixels * (attributes.bitsAllocated === 1 ? 1 : 8 * Number(row.bytes)) * attributes.samplesPerPixel;
      const isSubsampled =
        attributes.photometricInterpretation.endsWith('_422') && length * 8 < full * index.frameCount;
      const bitLength = isSubsampled ? (full * 2) / 3 : full;
      const bits = locations.map((location) =>
        location.kind === 'native' ? [location.bitOffset, location.bitLength] : [],
      );
      expect(bits).toEqual(locations.map((_, frame) => [8 * offset + frame * bitLength, bitLength]));
      return;
    }
    // Every fragment with bytes in it is one frame's, in order, and each frame begins a codestream.
    const fragments = locations.flatMap((location) =>
      location.kind === 'encapsulated' ? location.fragments : [],
    );
    const { ranges } = await readFragments(part10.source, offset, part10.source.size, part10.limits);
    expect(fragments).toEqual(ranges.slice(1).filter((range) => range.length > 0));
    if (part10.transferSyntax.fragmentable || part10.transferSyntax.uid.endsWith('.2.5')) {
      for (const location of locations) {
        const [first] = location.kind === 'encapsulated' ? location.fragments : [];
        expect(beginsCodestream(await part10.source.read(first!.offset, 12))).toBe(true);
      }
    }
  });

  it('tells what is wrong with the files that the reference has no samples of', async () => {
    const rows = referenceRows().filter(({ kind, sha256 }) => kind === 'dicom' && sha256 === '');
    const outcomes = await Promise.all(
      rows.map(async ({ file }) => {
        const attempt = open(file!).then(({ index }) => index.locate(0));
        return [
          file!,
          await attempt.then(
            () => 'located',
            (error: { tag: string }) => error.tag,
          ),
        ];
      }),
    );
    expect(Object.fromEntries(outcomes)).toEqual(UNDECODED);
  });
});
