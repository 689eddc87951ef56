#!/usr/bin/env node
// The server's image, by podman, buildah or docker, whichever works:
// node hack/build-image.mjs [--tag clusterdex:0.1.0]... [--storages "sqlite postgres"] [--builder podman] [--print] [-- more arguments of it]
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundledStorages } from './assemble.mjs';
import { buildImage } from './image-builder.mjs';

const root = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tag: { type: 'string', multiple: true, default: [`clusterdex:${version}`] },
      storages: { type: 'string', default: bundledStorages().join(' ') },
      builder: { type: 'string' },
      print: { type: 'boolean', default: false },
    },
  });
  const unknown = values.storages.split(/[\s,]+/).filter((name) => name !== '' && !bundledStorages().includes(name));
  if (unknown.length > 0) {
    throw new Error(`--storages: expected some of ${bundledStorages().join(', ')}, found ${unknown.join(', ')}`);
  }
  process.exitCode = buildImage(values, {
    folder: root,
    tags: values.tag,
    buildArguments: { STORAGES: values.storages },
    more: positionals,
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
