import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface VerifyImports {
  verifyImports(root: string): { readonly violations: readonly string[]; readonly imports: number };
}

const root = temporaryFolder();
let script: VerifyImports;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What is wrong with one file that says this. */
function violationsOf(path: string, text: string): readonly string[] {
  write(path, text);
  const { violations } = script.verifyImports(root);
  rmSync(join(root, path));
  return violations.map((violation) => violation.replace(`${path}:`, ''));
}

beforeAll(async () => {
  script = await import(pathToFileURL(join(repositoryRoot, 'hack', 'verify-imports.mjs')).href);
  write('package.json', '{"name":"root","dependencies":{"fastify":"1"},"devDependencies":{"jest":"1"}}');
  for (const name of ['storage-contract', 'storage-sql']) {
    write(`storage-plugins/${name}/package.json`, `{"name":"@clusterdex/${name}"}`);
  }
  for (const name of ['memory-storage', 'sqlite-storage']) {
    write(`storage-plugins/${name}/package.json`, `{"name":"${name}"}`);
  }
});

describe('the import table', () => {
  it.each([
    ['src/api/list.ts', "import { a } from '../query/a.js';"],
    ['src/api/list.ts', "import { a } from '@clusterdex/storage-contract';"],
    ['src/api/list.ts', "import fastify from 'fastify';"],
    ['src/app.ts', "import { a } from './api/a.js';\nimport { b } from './synchro/b.js';"],
    ['src/query/a.ts', "import { createHmac } from 'node:crypto';"],
    ['storage-plugins/sqlite-storage/src/a.ts', "import { a } from '@clusterdex/storage-sql';"],
    ['storage-plugins/memory-storage/test/a.test.ts', "import a from '../src/index.js';"],
    ['test/bench/a.ts', "import a from 'memory-storage';\nimport { b } from '../../src/api/b.js';"],
    ['src/kube/a.ts', "/* import { a } from '../api/a.js'; */\n// import { a } from '../api/a.js';"],
    ['src/kube/a.ts', "const text = `\n// import`;\nexport { b } from './b.js';"],
  ])('allows %s: %s', (path, text) => {
    expect(violationsOf(path, text)).toEqual([]);
  });

  it.each([
    ['src/api/list.ts', "import { a } from '../synchro/a.js';", 'api must not know synchro'],
    ['src/synchro/a.ts', "import type { A } from '../api/a.js';", 'synchro must not know api'],
    ['src/query/a.ts', "import { a } from '../api/a.js';", 'query must not know api'],
    ['src/query/a.ts', "import { readFile } from 'node:fs/promises';", 'query does no input or output'],
    ['src/kube/a.ts', "import { connect } from 'node:net';", 'kube does no input or output'],
    ['src/api/a.ts', "import sqlite from 'sqlite-storage';", 'api must not know sqlite-storage'],
    ['src/api/a.ts', "await import('memory-storage');", 'api must not know memory-storage'],
    [
      'src/api/a.ts',
      "import { a } from '../../storage-plugins/memory-storage/src/a.js';",
      'api must not know memory-storage',
    ],
    ['src/api/a.ts', "import {\n  a,\n  b,\n} from\n  '../app.js';", 'api must not know app'],
    ['src/api/a.ts', "import fs from 'fs';", 'write node:fs'],
    ['src/api/a.ts', "import x from 'express';", 'not a dependency'],
    ['src/api/a.ts', "import x from 'jest';", 'not a dependency'],
    [
      'storage-plugins/storage-contract/src/a.ts',
      "export * from '@clusterdex/storage-sql';",
      'contract must not know storage-sql',
    ],
    [
      'storage-plugins/memory-storage/src/a.ts',
      "import { a } from '../../../src/query/a.js';",
      'memory-storage must not know query',
    ],
    [
      'storage-plugins/memory-storage/src/a.ts',
      "import { a } from '@clusterdex/storage-sql';",
      'memory-storage must not know storage-sql',
    ],
    [
      'storage-plugins/storage-contract/src/selection/a.ts',
      "import { a } from 'node:util';",
      'selection does no input or output',
    ],
    ['test/a.test.ts', "import a from 'memory-storage/dist/src/a.js';", 'by its name alone'],
    ['hack/a.mjs', "import yaml from 'yaml';", 'before anything is installed'],
    ['src/elsewhere/a.ts', '', 'lies in no area'],
  ])('refuses %s: %s', (path, text, complaint) => {
    expect(violationsOf(path, text).join('\n')).toContain(complaint);
  });
});
