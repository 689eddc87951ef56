#!/usr/bin/env node
// Checks every import of the project against import-table.mjs. Exit 1 and one line for each import that the table does not allow.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importTable } from './import-table.mjs';

const skippedFolders = new Set(['node_modules', 'dist', 'fixtures', '.git', '.data', 'coverage', 'bench-results']);

/** Import specifiers with their line; comments are blanked first, so that an example in one does not count. */
export function importsOf(text) {
  const code = text.replace(
    /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (all, string) => (string === undefined ? all.replace(/[^\n]/g, ' ') : all),
  );
  const patterns = [
    /^[ \t]*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\brequire(?:\.resolve)?\(\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({
      specifier: match[1],
      line: code.slice(0, match.index + match[0].length).split('\n').length,
    })),
  );
}

/** All violations below `root`, each as a line of text, and how much was looked at. */
export function verifyImports(root) {
  const packages = new Map(
    readdirSync(join(root, 'storage-plugins'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `storage-plugins/${entry.name}`)
      .map((folder) => [readManifest(join(root, folder)).name, folder]),
  );
  const violations = [];
  let imports = 0;
  const files = [...sourceFiles(root, root)];
  for (const file of files) {
    const row = rowOf(file);
    if (row === undefined) {
      violations.push(`${file}: lies in no area of hack/import-table.mjs`);
      continue;
    }
    for (const { specifier, line } of importsOf(readFileSync(join(root, file), 'utf8'))) {
      imports += 1;
      const complaint = complain({ root, file, row, specifier, packages });
      if (complaint !== undefined) violations.push(`${file}:${line}: imports '${specifier}': ${complaint}`);
    }
  }
  return { violations, files: files.length, imports };
}

function* sourceFiles(root, folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) yield* sourceFiles(root, path);
    const file = relative(root, path).split(sep).join('/');
    // Configuration in the root, such as jest.config.js, belongs to the tools.
    if (entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name) && file.includes('/')) yield file;
  }
}

function rowOf(file) {
  return importTable.find((row) => {
    const [before, after] = row.files.split('*');
    if (after === undefined) return file.startsWith(row.files);
    return (
      file.startsWith(before) &&
      file
        .slice(before.length)
        .replace(/^[^/]*/, '')
        .startsWith(after)
    );
  });
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function complain({ root, file, row, specifier, packages }) {
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/\.(c|m)?js$/, '.$1ts');
    if (row.area === 'scripts' && (target.startsWith('hack/') || target.startsWith('dist/'))) return undefined;
    return complainAboutArea(
      row,
      rowOf(target)?.area ?? target,
      file.split('/').slice(0, 2).join('/') === target.split('/').slice(0, 2).join('/'),
    );
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    if (!specifier.startsWith('node:')) return `write node:${specifier}`;
    const allowed = row.packages.node;
    if (allowed === 'any' || allowed.includes(specifier)) return undefined;
    return `${row.area} does no input or output; of Node it may use ${allowed.join(', ') || 'nothing'}`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (packages.has(name)) {
    const folder = packages.get(name);
    if (row.area === 'tests' && name.endsWith('-storage')) {
      return specifier === name ? undefined : 'tests reach a storage by its name alone, as anybody else';
    }
    const entry = specifier === name ? 'src/index.ts' : `src/${specifier.slice(name.length + 1)}/index.ts`;
    return complainAboutArea(row, rowOf(`${folder}/${entry}`)?.area ?? folder, file.startsWith(`${folder}/`));
  }
  if (!row.packages.declared) return `${row.area} run before anything is installed: Node's own modules only`;
  return declares(root, file, name) ? undefined : 'not a dependency in the nearest package.json';
}

function complainAboutArea(row, target, samePackage) {
  const { area, may } = row;
  if (target === area || may.includes(target)) return undefined;
  if (may.includes('own package') && samePackage) return undefined;
  const ofSrc = importTable.some((other) => other.area === target && other.files.startsWith('src/'));
  if (may.includes('any of src') && ofSrc) return undefined;
  return `${area} must not know ${target}; it may import ${may.join(', ') || 'nothing of ours'}`;
}

function declares(root, file, name) {
  for (let folder = dirname(join(root, file)); ; folder = dirname(folder)) {
    let manifest;
    try {
      manifest = readManifest(folder);
    } catch {
      if (resolve(folder) === resolve(root)) return false;
      continue;
    }
    const inTests = /(^|\/)test\//.test(file);
    const declared = {
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...(inTests ? manifest.devDependencies : {}),
    };
    if (Object.hasOwn(declared, name) || Object.hasOwn(declared, `@types/${name}`)) return true;
    // The test tools of a workspace are those of the root.
    if (!inTests || resolve(folder) === resolve(root)) return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { violations, files, imports } = verifyImports(resolve(import.meta.dirname, '..'));
  for (const violation of violations) console.error(violation);
  console.log(
    violations.length === 0
      ? `verify-imports: ${imports} imports in ${files} files, all as the table in hack/import-table.mjs allows`
      : `verify-imports: ${violations.length} of ${imports} imports are not in the table in hack/import-table.mjs`,
  );
  process.exitCode = violations.length === 0 ? 0 : 1;
}
