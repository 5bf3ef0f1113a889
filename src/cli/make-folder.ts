import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those around it that are not there. Node's own recursion does not end where a folder is there and
 * says that it is not to whoever makes something in it, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isThere(path)) return;
  const around = dirname(path);
  if (around !== path && !(await isThere(around))) await makeFolder(around);
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    // Somebody else was quicker.
    if (error.code !== 'EEXIST' || !(await isThere(path))) throw error;
  });
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
