// Makes sure that there is a Chromium for the browser tests and prints its path. Where none is found it is installed:
// Debian's package where apt-get is at hand, Playwright's own build elsewhere. A machine where neither works fails here,
// loudly: browser tests are never skipped in silence.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const USUAL_PLACES = [
  process.env.CINELOOP_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium's executable, or undefined. `CINELOOP_CHROMIUM` comes first. */
export function findChromium() {
  return [...USUAL_PLACES, chromium.executablePath()].find((path) => path && existsSync(path));
}

function run(program, args) {
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  return spawnSync(program, args, options).status === 0;
}

function installFromDebian() {
  const isRoot = process.getuid?.() === 0;
  const [program, ...before] = isRoot ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
  if (spawnSync('apt-get', ['--version']).status !== 0) return;
  run(program, [...before, 'update']) &&
    run(program, [...before, 'install', '-y', '--no-install-recommends', 'chromium']);
}

function installFromPlaywright() {
  const cli = createRequire(import.meta.url).resolve('playwright-core/cli.js');
  run(process.execPath, [cli, 'install', 'chromium']);
}

function main() {
  for (const install of [undefined, installFromDebian, installFromPlaywright]) {
    if (install) console.error('No Chromium found for the browser tests: installing one.');
    install?.();
    const path = findChromium();
    if (path) {
      console.error(`Browser tests run in ${path}`);
      return;
    }
  }
  console.error('\nNO CHROMIUM: the browser tests cannot run, so the tests fail.');
  console.error('Install Chromium or Google Chrome, or name one with CINELOOP_CHROMIUM=/path/to/chromium.\n');
  process.exit(1);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
