import Table from 'cli-table3';
import { hasReference, type Judgement, type Result } from './judge.js';

const RESULTS: readonly Result[] = [
  'exact',
  'within tolerance',
  'wrong',
  'refused',
  'crashed',
  'too slow',
  'answered',
  'not comparable',
];

/** The row of the matrix that a case belongs to: its transfer syntax, or for bare codestreams its kind. */
function groupOf({ item }: Judgement): string {
  const group = item.kind === 'dicom' ? item.transferSyntax || 'no transfer syntax' : item.kind;
  return hasReference(item) ? group : `${group}, any answer`;
}

/** The matrix as text: a row for each transfer syntax or kind, a column for each result. */
export function matrix(judgements: readonly Judgement[]): string {
  const table = new Table({
    head: ['transfer syntax or kind', ...RESULTS, 'frames'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...RESULTS.map(() => 'right' as const), 'right'],
  });
  const groups = grouped(judgements);
  for (const [group, members] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    const counts = RESULTS.map((result) => members.filter((member) => member.result === result).length);
    table.push([group, ...counts.map((count) => (count === 0 ? '' : String(count))), String(members.length)]);
  }
  return table.toString();
}

function grouped(judgements: readonly Judgement[]): Map<string, Judgement[]> {
  const groups = new Map<string, Judgement[]>();
  for (const judgement of judgements) {
    const group = groupOf(judgement);
    groups.set(group, [...(groups.get(group) ?? []), judgement]);
  }
  return groups;
}
