import { groupOf, isPrivate, type Tag } from './tag.js';
import type { Vr } from './value-representation.js';

/** A data element of PS3.6 or PS3.7. `vr` may be a choice: `xs` US or SS, `ox` OB or OW, `lt` US or OW (or SS). */
interface DictionaryEntry {
  readonly vr: Vr | 'xs' | 'ox' | 'lt';
  readonly keyword: string;
}

interface RepeatingEntry extends DictionaryEntry {
  readonly first: Tag;
  readonly last: Tag;
}

/** The generated tables, 160 kB: in a file of their own, for those who read datasets. */
let tables: typeof import('./dictionary.generated.js') | undefined;

/** Loads the dictionary; all else here asks it without waiting. Once per thread. */
export async function loadDictionary(): Promise<void> {
  tables ??= await import('./dictionary.generated.js');
}

/** Unpacked when first asked, one group at a time. */
const groupLines = new Map<number, string>();
const groups = new Map<number, Map<Tag, DictionaryEntry>>();
const repeating: RepeatingEntry[] = [];
const tags = new Map<string, Tag>();

function open(): void {
  if (groupLines.size > 0) return;
  if (tables === undefined) throw new Error('The dictionary was asked before it was loaded.');
  for (const line of tables.REPEATING_ELEMENTS.split('\n')) {
    repeating.push({
      first: Number.parseInt(line.slice(0, 8), 16),
      last: Number.parseInt(line.slice(8, 16), 16),
      vr: line.slice(16, 18) as DictionaryEntry['vr'],
      keyword: line.slice(18),
    });
  }
  for (const line of tables.ELEMENTS.split('\n'))
    groupLines.set(Number.parseInt(line.slice(0, 4), 16), line.slice(4));
}

function entriesOf(group: number): Map<Tag, DictionaryEntry> | undefined {
  open();
  const known = groups.get(group);
  if (known) return known;
  const line = groupLines.get(group);
  if (line === undefined) return undefined;
  const entries = new Map<Tag, DictionaryEntry>();
  for (const text of line.split(',')) {
    const tag = group * 0x10000 + Number.parseInt(text.slice(0, 4), 16);
    entries.set(tag, { vr: text.slice(4, 6) as DictionaryEntry['vr'], keyword: text.slice(6) });
  }
  groups.set(group, entries);
  return entries;
}

/** In a repeating group only even groups repeat: 6000, 6002, ... (PS3.5 7.6). */
function repeatingEntryOf(tag: Tag): RepeatingEntry | undefined {
  const group = groupOf(tag);
  return repeating.find(({ first, last }) => {
    if (group < groupOf(first) || group > groupOf(last)) return false;
    const number = tag & 0xffff;
    return number >= (first & 0xffff) && number <= (last & 0xffff);
  });
}

/** What the dictionary knows of a tag; undefined for private and unknown ones. Group lengths are known for every group. */
export function dictionaryEntryOf(tag: Tag): DictionaryEntry | undefined {
  if (isPrivate(tag)) return undefined;
  const entry = entriesOf(groupOf(tag))?.get(tag) ?? repeatingEntryOf(tag);
  if (entry) return entry;
  return (tag & 0xffff) === 0 ? { vr: 'UL', keyword: 'GenericGroupLength' } : undefined;
}

/** Keyword of a tag (PS3.6 6), e.g. `PatientName`; undefined for private and unknown ones. */
export function keywordOf(tag: Tag): string | undefined {
  return dictionaryEntryOf(tag)?.keyword;
}

/** Tag of a keyword; of the first group where the group repeats; undefined where there is no such keyword. */
export function tagOfKeyword(keyword: string): Tag | undefined {
  open();
  const known = tags.get(keyword);
  if (known !== undefined) return known;
  const tag = searchKeyword(keyword) ?? repeating.find((entry) => entry.keyword === keyword)?.first;
  if (tag !== undefined) tags.set(keyword, tag);
  return tag;
}

/** Looks for a keyword in the packed text: unpacking all five thousand elements takes longer than the rest of a header. */
function searchKeyword(keyword: string): Tag | undefined {
  const text = tables!.ELEMENTS;
  if (!/^\w+$/.test(keyword)) return undefined;
  for (let at = text.indexOf(keyword); at >= 0; at = text.indexOf(keyword, at + 1)) {
    const line = text.lastIndexOf('\n', at) + 1;
    // In front of it the element number and the VR, and in front of those a comma, or the group at the line's start.
    const begin = at - 6;
    const begins = begin === line + 4 || (begin > line + 4 && text[begin - 1] === ',');
    if (begins && /^(,|\n|)$/.test(text.charAt(at + keyword.length))) {
      return Number.parseInt(text.slice(line, line + 4) + text.slice(begin, begin + 4), 16);
    }
  }
  return undefined;
}
