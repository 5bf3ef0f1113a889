import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PEERS } from './peers/peers.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What numbers are worth nothing without. */
export interface Machine {
  readonly commit: string;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly threads: number;
  /** Processes that ran or wanted to, over the last minute, when the run began. */
  readonly load: number;
  /** Versions of the peers' packages. */
  readonly versions: Readonly<Record<string, string>>;
}

export function machine(): Machine {
  return {
    commit: commit(),
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: `${cpus()[0]?.model ?? 'unknown'} (${process.arch})`,
    threads: availableParallelism(),
    load: loadavg()[0]!,
    versions: Object.fromEntries(PEERS.map((peer) => [peer.package, versionOf(peer.package)])),
  };
}

/** The commit that is measured, with a + where the working tree has changes; empty outside a clone. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src', 'assembly') ? '+' : '');
  } catch {
    return '';
  }
}

/** Not every package exports its package.json, so it is read where npm put it. */
function versionOf(name: string): string {
  const path = `${root}node_modules/${name}/package.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : '?';
}
