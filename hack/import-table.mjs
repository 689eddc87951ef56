/**
 * Who may import whom, as data; `verify-imports.mjs` reads it. The first row whose `files` is a prefix of a file's path is that file's
 * area. `may` names the areas that it may import besides itself; `packages` says which registry packages and Node modules it may use:
 * `declared` are the dependencies of the nearest package.json. The picture is in docs/adr and in the architecture notes:
 *
 *   storage-contract <- storage-sql <- *-storage        storage-contract <- src
 *   inside src: main -> cli -> app -> { api, synchro, plugin-host } -> query -> { kube, telemetry, config, timing }
 */
const bottom = ['contract', 'kube', 'telemetry', 'config', 'timing'];
const above = [...bottom, 'query'];

export const pure = { declared: true, node: ['node:buffer', 'node:crypto', 'node:util', 'node:assert'] };
const anything = { declared: true, node: 'any' };

export const importTable = [
  {
    area: 'selection',
    files: 'storage-plugins/storage-contract/src/selection/',
    may: ['contract'],
    packages: { declared: true, node: [] },
  },
  {
    area: 'conformance',
    files: 'storage-plugins/storage-contract/src/conformance/',
    may: ['contract', 'selection'],
    packages: anything,
  },
  { area: 'contract', files: 'storage-plugins/storage-contract/src/', may: ['selection'], packages: pure },
  {
    area: 'storage-sql',
    files: 'storage-plugins/storage-sql/src/server/',
    may: ['contract', 'selection'],
    packages: anything,
  },
  { area: 'storage-sql', files: 'storage-plugins/storage-sql/src/', may: ['contract', 'selection'], packages: pure },
  {
    area: 'memory-storage',
    files: 'storage-plugins/memory-storage/src/',
    may: ['contract', 'selection'],
    packages: anything,
  },
  {
    area: 'elasticsearch-storage',
    files: 'storage-plugins/elasticsearch-storage/src/',
    may: ['contract', 'selection'],
    packages: anything,
  },
  {
    area: 'sqlite-storage',
    files: 'storage-plugins/sqlite-storage/src/',
    may: ['contract', 'selection', 'storage-sql'],
    packages: anything,
  },
  {
    area: 'mysql-storage',
    files: 'storage-plugins/mysql-storage/src/',
    may: ['contract', 'selection', 'storage-sql'],
    packages: anything,
  },
  {
    area: 'postgres-storage',
    files: 'storage-plugins/postgres-storage/src/',
    may: ['contract', 'selection', 'storage-sql'],
    packages: anything,
  },

  {
    area: 'meta-sync-synchro',
    files: 'storage-plugins/meta-sync-synchro/src/',
    may: ['contract'],
    packages: anything,
  },

  {
    area: 'sample-storage',
    files: 'storage-plugins/sample-storage/src/',
    may: ['contract', 'selection'],
    packages: anything,
  },

  { area: 'config', files: 'src/config/', may: ['contract'], packages: anything },
  { area: 'telemetry', files: 'src/telemetry/', may: ['contract', 'config'], packages: anything },
  { area: 'timing', files: 'src/timing/', may: [], packages: { declared: false, node: ['node:timers/promises'] } },
  { area: 'kube', files: 'src/kube/', may: ['contract', 'selection'], packages: pure },
  { area: 'query', files: 'src/query/', may: [...bottom, 'selection'], packages: pure },
  { area: 'plugin-host', files: 'src/plugin-host/', may: [...above, 'selection', 'conformance'], packages: anything },
  {
    area: 'synchro-plugins',
    files: 'src/synchro-plugins/',
    may: ['contract'],
    packages: { declared: false, node: ['node:buffer', 'node:crypto'] },
  },
  { area: 'api', files: 'src/api/', may: above, packages: anything },
  { area: 'synchro', files: 'src/synchro/', may: [...above, 'selection'], packages: anything },
  { area: 'app', files: 'src/app.ts', may: [...above, 'plugin-host', 'api', 'synchro'], packages: anything },
  { area: 'cli', files: 'src/cli/', may: [...above, 'plugin-host', 'api', 'synchro', 'app'], packages: anything },
  { area: 'main', files: 'src/main.ts', may: ['cli', 'telemetry', 'config'], packages: anything },

  {
    area: 'plugin tests',
    files: 'storage-plugins/*/test/',
    may: ['contract', 'selection', 'conformance', 'storage-sql', 'own package'],
    packages: anything,
  },
  {
    area: 'tests',
    files: 'test/',
    may: ['contract', 'selection', 'conformance', 'storage-sql', 'any of src', 'plugins by name'],
    packages: anything,
  },
  {
    area: 'sample-storage',
    files: 'storage-plugins/sample-storage/build-plugin.mjs',
    may: [],
    packages: { declared: false, node: 'any' },
  },
  { area: 'scripts', files: 'hack/', may: ['compiled src'], packages: { declared: false, node: 'any' } },
];
