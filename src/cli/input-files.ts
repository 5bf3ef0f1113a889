import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';

/** A file to decode. */
export interface InputFile {
  /** As it is opened. */
  readonly path: string;
  /** As it is called in output: as the caller wrote it, or below the folder that the caller wrote. */
  readonly name: string;
  /** Below the folder that was named, or the file's own name: what output files are called after. With slashes. */
  readonly relativePath: string;
  /** The caller named this very file, not a folder around it. */
  readonly named: boolean;
}

/** A path that was named and cannot be read. */
export interface UnreadablePath {
  readonly name: string;
  readonly problem: string;
}

/**
 * The files that the paths stand for, folders walked through to their ends, each folder's entries sorted by name; hidden
 * ones are left out. One at a time: a folder may hold more files than should be listed first.
 */
export async function* inputFiles(paths: readonly string[]): AsyncGenerator<InputFile | UnreadablePath> {
  for (const path of paths) {
    const problem = await problemOf(path);
    if (problem !== undefined) {
      yield { name: path, problem };
    } else if ((await stat(path)).isDirectory()) {
      yield* filesBelow(path, path);
    } else {
      yield { path: resolve(path), name: path, relativePath: basename(path), named: true };
    }
  }
}

async function* filesBelow(folder: string, root: string): AsyncGenerator<InputFile | UnreadablePath> {
  const problem = await problemOf(folder);
  if (problem !== undefined) {
    yield { name: folder, problem };
    return;
  }
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    // A link to a folder is not followed: it may lead back up.
    if (entry.isDirectory()) yield* filesBelow(path, root);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) {
      yield {
        path: resolve(path),
        name: path,
        relativePath: relative(root, path).split(sep).join('/'),
        named: false,
      };
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'access to it is denied',
  EPERM: 'access to it is denied',
  EROFS: 'nothing can be written there',
  EISDIR: 'it is a folder',
  ELOOP: 'its links run in a circle',
  ENOTDIR: 'a part of the path is a file and no folder',
  EEXIST: 'a file is in its place',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
};

/** Why a path cannot be read, in words; undefined where it can. */
async function problemOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) await readdir(path);
    else if (!found.isFile()) return 'it is neither a file nor a folder';
    else await (await open(path, 'r')).close();
    return undefined;
  } catch (error) {
    return systemProblem(error);
  }
}

/** What the system says of a file operation that failed, in words. */
export function systemProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return PROBLEMS[code ?? ''] ?? message;
}

/** Whether a file says that it is DICOM: `DICM` behind the preamble (PS3.10 7.1). Files without one may be DICOM still. */
export async function hasDicomPrefix(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 128);
    return bytesRead === 4 && buffer.toString('latin1') === 'DICM';
  } finally {
    await file.close();
  }
}
