import { ELEMENTS, REPEATING_ELEMENTS } from './dictionary.generated.js';
import { groupOf, isPrivate, type Tag } from './tag.js';
import type { Vr } from './value-representation.js';

/** A data element of PS3.6 or PS3.7. `vr` may be a choice: `xs` US or SS, `ox` OB or OW, `lt` US or OW (or SS). */
export interface DictionaryEntry {
  readonly vr: Vr | 'xs' | 'ox' | 'lt';
  readonly keyword: string;
}

interface RepeatingEntry extends DictionaryEntry {
  readonly first: Tag;
  readonly last: Tag;
}

/** Unpacked when first asked, one group at a time. */
const groupLines = new Map<number, string>();
const groups = new Map<number, Map<Tag, DictionaryEntry>>();
const repeating: RepeatingEntry[] = [];
const tags = new Map<string, Tag>();

function open(): void {
  if (groupLines.size > 0) return;
  for (const line of REPEATING_ELEMENTS.split('\n')) {
    repeating.push({
      first: Number.parseInt(line.slice(0, 8), 16),
      last: Number.parseInt(line.slice(8, 16), 16),
      vr: line.slice(16, 18) as DictionaryEntry['vr'],
      keyword: line.slice(18),
    });
  }
  for (const line of ELEMENTS.split('\n'))
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
  if (tags.size === 0) {
    open();
    for (const group of groupLines.keys()) {
      for (const [tag, entry] of entriesOf(group) ?? [])
        if (!tags.has(entry.keyword)) tags.set(entry.keyword, tag);
    }
    for (const { first, keyword: name } of repeating) if (!tags.has(name)) tags.set(name, first);
  }
  return tags.get(keyword);
}
