#!/usr/bin/env node
// npm run bench: installs and builds what is missing, then measures. Arguments: npm run bench -- --quick, --help
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findAssets } from './kube-apiserver.mjs';
import { prepare, root } from './prepare.mjs';

prepare();
const assets = findAssets();
const { status } = spawnSync(
  process.execPath,
  [join(root, 'dist', 'test', 'bench', 'main.js'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(assets && { KUBEBUILDER_ASSETS: assets }) },
  },
);
process.exitCode = status ?? 1;
