// Packs the CxtVLC tables of T.814 (Annex C) for the HTJ2K block decoder. They are given as tab-separated values with a heading
// and the columns table, context, rho, u_off, e_k, e_1, codeword bits (first one lowest), codeword length:
//
//     node scripts/ht-vlc-tables.mjs ht-vlc-tables.tsv > assembly/jpeg-2000/cxt-vlc-tables.ts
import { readFileSync } from 'node:fs';

const [, ...lines] = readFileSync(process.argv[2], 'utf8').trim().split('\n');
const rows = lines.map((line) => {
  const [table, context, rho, uOff, ek, e1, codeword, length] = line.split('\t').map(Number);
  return (
    table |
    (context << 1) |
    (rho << 4) |
    (uOff << 8) |
    (ek << 9) |
    (e1 << 13) |
    (codeword << 17) |
    (length << 24)
  );
});
const hex = rows.map((row) => `0x${row.toString(16).padStart(8, '0')}`);
const numbers = Array.from(
  { length: Math.ceil(hex.length / 9) },
  (_, i) => `  ${hex.slice(9 * i, 9 * i + 9).join(', ')},`,
);

console.log(`/**
 * The CxtVLC tables of T.814 Annex C, a word for each code word; made by scripts/ht-vlc-tables.mjs.
 *
 *     bit   0       1 to 3    4 to 7   8       9 to 12   13 to 16   17 to 23                  24 to 26
 *           table   context   rho      u_off   e_k       e_1        code word, first bit 17   its length
 */
export const CODE_WORDS: usize = memory.data<u32>([
${numbers.join('\n')}
]);
export const CODE_WORD_COUNT: i32 = ${rows.length};`);
