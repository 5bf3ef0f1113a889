/**
 * Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1): from bytes to text by the platform's TextDecoder, with the code
 * extensions of ISO 2022 on top. Every defined term of PS3.3 is covered. Three things are not exactly the standard's:
 * ISO-IR 100, 148 and 166 are decoded as the Windows code pages that the web gives these labels (they add printable
 * characters in 0x80 to 0x9F, where DICOM has none); the yen sign and the overline of ISO-IR 14 read as `\` and `~`,
 * as a delimiter must; an unknown term is read as UTF-8 where the bytes are valid UTF-8 and as ISO-IR 100 where not.
 */
export interface CharacterSet {
  decode(bytes: Uint8Array): string;
}

/** Labels of TextDecoder for the sets without code extensions (PS3.3 Tables C.12-2 and C.12-5), and for G1 of the others. */
const LABELS: Record<string, string> = {
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** A set that an escape sequence puts into G0 (bytes below 0x80) or G1 (the others). */
interface CodeElement {
  readonly label: string;
  readonly bytesPerCharacter: 1 | 2;
  /** Bytes as the decoder of `label` wants them: EUC carries 7-bit sets with the high bit set behind a shift byte. */
  readonly prefix?: number;
}

const ASCII: CodeElement = { label: 'utf-8', bytesPerCharacter: 1 };
const KATAKANA: CodeElement = { label: 'shift_jis', bytesPerCharacter: 1 };
const JIS_X_0208: CodeElement = { label: 'euc-jp', bytesPerCharacter: 2 };
const JIS_X_0212: CodeElement = { label: 'euc-jp', bytesPerCharacter: 2, prefix: 0x8f };
const KS_X_1001: CodeElement = { label: 'euc-kr', bytesPerCharacter: 2 };
const GB_2312: CodeElement = { label: 'gbk', bytesPerCharacter: 2 };
const single = (label: string): CodeElement => ({ label, bytesPerCharacter: 1 });

/** Escape sequences behind ESC (PS3.3 Tables C.12-3 and C.12-4). */
const ESCAPES: Record<string, { readonly g0?: CodeElement; readonly g1?: CodeElement }> = {
  '(B': { g0: ASCII },
  '(J': { g0: ASCII },
  ')I': { g1: KATAKANA },
  '-A': { g1: single('iso-8859-1') },
  '-B': { g1: single('iso-8859-2') },
  '-C': { g1: single('iso-8859-3') },
  '-D': { g1: single('iso-8859-4') },
  '-L': { g1: single('iso-8859-5') },
  '-G': { g1: single('iso-8859-6') },
  '-F': { g1: single('iso-8859-7') },
  '-H': { g1: single('iso-8859-8') },
  '-M': { g1: single('iso-8859-9') },
  '-b': { g1: single('iso-8859-15') },
  '-T': { g1: single('windows-874') },
  $B: { g0: JIS_X_0208 },
  $A: { g0: GB_2312 },
  '$(D': { g0: JIS_X_0212 },
  '$)C': { g1: KS_X_1001 },
  '$)A': { g1: GB_2312 },
};

const ESC = 0x1b;
/** Characters at which the initial sets are back (PS3.5 6.1.2.5.3): HT, LF, FF, CR, backslash, and in names ^ and =. */
const RESETS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c, 0x5e, 0x3d]);

const decoders = new Map<string, TextDecoder>();

function textOf(label: string, bytes: Uint8Array): string {
  let decoder = decoders.get(label);
  if (!decoder) {
    decoder = new TextDecoder(label);
    decoders.set(label, decoder);
  }
  // TextDecoder does not take shared memory.
  return decoder.decode(bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes));
}

/** Text of bytes below 0x80; undefined where another byte or an escape is among them. */
function asciiText(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80 || byte === ESC) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes));
    return true;
  } catch {
    return false;
  }
}

class SingleCharacterSet implements CharacterSet {
  readonly #label: string | undefined;

  /** @param label undefined where the term is unknown */
  constructor(label: string | undefined) {
    this.#label = label;
  }

  decode(bytes: Uint8Array): string {
    return asciiText(bytes) ?? textOf(this.#label ?? (isUtf8(bytes) ? 'utf-8' : 'iso-8859-1'), bytes);
  }
}

class ExtendedCharacterSet implements CharacterSet {
  readonly #initialG1: CodeElement | undefined;

  /** @param initialG1 of the first value of the attribute; its G0 is ASCII or ISO-IR 14 */
  constructor(initialG1: CodeElement | undefined) {
    this.#initialG1 = initialG1;
  }

  decode(bytes: Uint8Array): string {
    const ascii = asciiText(bytes);
    if (ascii !== undefined) return ascii;
    let g0 = ASCII;
    let g1 = this.#initialG1;
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const byte = bytes[at]!;
      if (byte === ESC) {
        const two = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
        const designation = ESCAPES[two] ?? ESCAPES[two + String.fromCharCode(bytes[at + 3] ?? 0)];
        g0 = designation?.g0 ?? g0;
        g1 = designation?.g1 ?? g1;
        // An escape that is none of DICOM's is dropped with its ESC only, so that what follows stays legible.
        at += designation === undefined ? 1 : ESCAPES[two] === designation ? 3 : 4;
        continue;
      }
      if (byte < 0x80 && g0 === ASCII) {
        text += String.fromCharCode(byte);
        // Without a G1 of its own to go back to, the last one stays: nothing else could give such bytes a meaning.
        if (RESETS.has(byte)) g1 = this.#initialG1 ?? g1;
        at += 1;
        continue;
      }
      if (byte < 0x20) {
        text += String.fromCharCode(byte);
        g0 = ASCII;
        at += 1;
        continue;
      }
      const high = byte >= 0x80;
      const end = runEnd(bytes, at, high);
      text += decodeRun(bytes.subarray(at, end), high ? (g1 ?? single('iso-8859-1')) : g0);
      at = end;
    }
    return text;
  }
}

/** End of the bytes that belong to the same half of the code table as the one at `from`. */
function runEnd(bytes: Uint8Array, from: number, high: boolean): number {
  let end = from + 1;
  while (end < bytes.length && bytes[end]! >= 0x80 === high && bytes[end]! >= 0x20) end += 1;
  return end;
}

function decodeRun(run: Uint8Array, element: CodeElement): string {
  if (element.bytesPerCharacter === 1) return textOf(element.label, run);
  const step = element.prefix === undefined ? 2 : 3;
  const eucBytes = new Uint8Array(Math.ceil(run.length / 2) * step);
  let at = 0;
  for (let i = 0; i < run.length; i += 2) {
    if (element.prefix !== undefined) eucBytes[at++] = element.prefix;
    eucBytes[at++] = run[i]! | 0x80;
    if (i + 1 < run.length) eucBytes[at++] = run[i + 1]! | 0x80;
  }
  return textOf(element.label, eucBytes.subarray(0, at));
}

/** The term as PS3.3 spells it, from the ways in which it is found: `ISO-IR 100`, `ISO_IR_100`, `ISO8859-1`... */
function normalized(term: string): string {
  const text = term.trim().toUpperCase();
  const registered = /^ISO[ _-]?(?:(2022)[ _-])?IR[ _-]?(\d+)$/.exec(text);
  if (registered) return registered[1] ? `ISO 2022 IR ${registered[2]}` : `ISO_IR ${registered[2]}`;
  if (/^(ISO[ _-]?)?8859[ _-]1$/.test(text)) return 'ISO_IR 100';
  if (/^(ISO[ _-]?)?UTF[ _-]?8$/.test(text)) return 'ISO_IR 192';
  return text;
}

/** The character set that the values of Specific Character Set (0008,0005) name; none is ISO-IR 6, ASCII. */
export function characterSetOf(terms: readonly string[]): CharacterSet {
  const [first = '', ...others] = terms.map(normalized);
  if (others.length === 0 && !first.startsWith('ISO 2022')) {
    // Bytes above 0x7F in the default repertoire are an error of the writer; they are read as for an unknown term.
    return new SingleCharacterSet(LABELS[first]);
  }
  const label = LABELS[first.replace('ISO 2022 IR', 'ISO_IR')];
  if (label === 'utf-8' || label?.startsWith('gb')) return new SingleCharacterSet(label);
  return new ExtendedCharacterSet(label === undefined ? undefined : single(label));
}

/** ISO-IR 6: the default repertoire, and what all the VRs without a choice of character set are written in. */
export const DEFAULT_CHARACTER_SET: CharacterSet = new SingleCharacterSet(undefined);
