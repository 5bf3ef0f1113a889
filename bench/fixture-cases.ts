import { open } from 'cineloop';
import type { Fixture } from '../fixtures/generate/fixture.js';
import { allFixtures } from '../fixtures/generate/fixtures.js';
import { type BenchCase, sha256Of } from './case.js';

/** The first frame of every fixture with encapsulated pixel data: small, so that what a call costs by itself shows. */
export async function fixtureCases(): Promise<BenchCase[]> {
  return (await allFixtures()).flatMap((fixture) => {
    const [bytes] = fixture.encodedFrames ?? [];
    return bytes === undefined ? [] : [caseOf(fixture, bytes)];
  });
}

function caseOf(
  { file, transferSyntax, bytes: fileBytes, reference }: Fixture,
  bytes: Uint8Array,
): BenchCase {
  return {
    id: `fixture ${file.replace('.dcm', '')}`,
    transferSyntax,
    async load() {
      const image = await open(fileBytes);
      const { attributes } = image;
      await image.close();
      return { bytes, attributes, sha256: sha256Of(reference.frames[0]!) };
    },
  };
}
