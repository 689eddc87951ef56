#!/usr/bin/env node
// The image of a plugin that clusterdex plugins new began, by podman, buildah or docker, whichever works:
// node hack/build-plugin-image.mjs <folder> [--tag acme-storage:1.2.0]... [--builder podman] [--print] [-- more arguments of it]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImage } from './image-builder.mjs';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tag: { type: 'string', multiple: true },
      builder: { type: 'string' },
      print: { type: 'boolean', default: false },
    },
  });
  const [given, ...more] = positionals;
  if (given === undefined) throw new Error('expected the folder of a plugin, which has a Dockerfile');
  const folder = resolve(given);
  for (const name of ['Dockerfile', 'package.json']) {
    if (!existsSync(join(folder, name))) throw new Error(`${folder} has no ${name}: begin with clusterdex plugins new`);
  }
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!values.print) {
    // What the image holds is built outside of it, with the compiler and the packages that are here.
    const { status } = spawnSync('npm', ['run', 'plugin'], { cwd: folder, stdio: 'inherit' });
    if (status !== 0) throw new Error('npm run plugin failed; npm install has to come first');
  }
  process.exitCode = buildImage(values, {
    folder,
    tags: values.tag ?? [`${name}:${version}`],
    buildArguments: {},
    more,
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
