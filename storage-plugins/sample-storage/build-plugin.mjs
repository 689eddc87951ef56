// Puts everything that the plugin needs at run time into build/plugins/sample-storage: its package.json, what is compiled, its dependencies.
// That folder is what is dropped into STORAGE_PLUGINS, and what the image holds.
import { cpSync, existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = import.meta.dirname;
const target = join(root, 'build', 'plugins', 'sample-storage');

rmSync(target, { recursive: true, force: true });
for (const path of ['package.json', 'LICENSE', 'dist/src']) {
  if (existsSync(join(root, path))) cpSync(join(root, path), join(target, path), { recursive: true });
}
copyDependencies(root, target, []);

/** Each below its dependent: found by Node's rules wherever the folder lies. */
function copyDependencies(folder, into, ancestors) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const source = find(name, folder);
    if (ancestors.includes(source)) continue;
    const copy = join(into, 'node_modules', name);
    cpSync(source, copy, { recursive: true, filter: (path) => !path.startsWith(join(source, 'node_modules')) });
    copyDependencies(source, copy, [...ancestors, source]);
  }
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) return realpathSync(path);
    if (folder === dirname(folder)) throw new Error(`${name} is not installed: run npm install`);
  }
}
