/** A name as it can stand in a line: a line break or a terminal's control sequence in it is written as an escape. */
export function printable(name: string): string {
  return name.replace(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
