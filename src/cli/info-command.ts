import { type DicomImage, type ImagePixel, open } from 'cineloop';
import pc from 'picocolors';
import { toData } from './decode-files.js';
import { printable } from './printable.js';
import type { StandardOutput } from './standard-output.js';
import { sentence } from './summary.js';

/** What is shown of the dataset besides the pixels' attributes. */
const KEYWORDS = ['SOPClassUID', 'Modality', 'SeriesDescription', 'WindowCenter', 'WindowWidth'] as const;

/**
 * Prints what a file says of its image without decoding it.
 * @returns whether the file could be read
 */
export async function infoCommand(path: string, json: boolean, output: StandardOutput): Promise<boolean> {
  let image: DicomImage;
  try {
    image = await open(path, { workers: 0 });
  } catch (error) {
    const data = toData(error);
    if (json) await output.write(`${JSON.stringify({ file: path, error: data })}\n`);
    else console.error(`cineloop: ${printable(path)}: ${printable(sentence(data))}`);
    return false;
  }
  const facts = factsOf(path, image);
  await image.close();
  if (json) {
    await output.write(`${JSON.stringify(facts)}\n`);
    return true;
  }
  for (const [name, value] of Object.entries(flat(facts))) {
    await output.write(`${pc.dim(name.padEnd(26))}${value}\n`);
  }
  return true;
}

function factsOf(path: string, image: DicomImage) {
  const { uid, name } = image.transferSyntax;
  const attributes = attributesOf(image);
  const values = KEYWORDS.flatMap((keyword) => {
    const all = image.dataset.values(keyword);
    return all.length === 0 ? [] : [[keyword, all.join('\\')] as const];
  });
  return {
    file: path,
    transferSyntax: uid,
    transferSyntaxName: name,
    frames: image.frameCount,
    ...attributes,
    ...Object.fromEntries(values),
    deviations: image.deviations.map(({ message }) => message),
  };
}

/** The attributes, or why there are none. */
function attributesOf(image: DicomImage): ImagePixel | { problem: string } {
  try {
    return image.attributes;
  } catch (error) {
    return { problem: sentence(toData(error)) };
  }
}

function flat({ deviations, ...facts }: ReturnType<typeof factsOf>): Record<string, string> {
  const lines = Object.entries(facts).map(([name, value]) => [name, printable(String(value))]);
  deviations.forEach((message, index) => {
    lines.push([index === 0 ? 'deviations' : ' '.repeat(index), message]);
  });
  return Object.fromEntries(lines);
}
