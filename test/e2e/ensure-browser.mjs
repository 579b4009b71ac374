// For continuous integration only: installs Chromium and a font with apt when no browser is there and the user is root.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { browserPath, noBrowser } from './browser.mjs';

function apt(args) {
  const ran = spawnSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  if (ran.status !== 0) {
    console.error(`apt-get ${args[0]} failed: ${noBrowser}`);
    process.exit(1);
  }
}

const found = browserPath();
if (found) {
  console.log(`browser: ${found}`);
} else {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(noBrowser);
    process.exit(1);
  }
  apt(['update', '-q']);
  apt(['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
  console.log(`browser: ${browserPath()}`);
}
