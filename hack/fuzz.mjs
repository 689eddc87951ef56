#!/usr/bin/env node
// npm run fuzz: installs and builds what is missing, then attacks a real server. Arguments: npm run fuzz -- --requests 5000, --help
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const main = join(root, 'dist', 'test', 'fuzz', 'main.js');
const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
