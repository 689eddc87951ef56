import { spawnSync } from 'node:child_process';

/** What builds images, and how one knows that it works here: a client without its daemon does not. */
const builders = [
  { name: 'podman', works: ['info'], build: ['build'] },
  { name: 'buildah', works: ['info'], build: ['build'] },
  { name: 'docker', works: ['info'], build: ['build'] },
];

/** The one that is named, else the first that works. Throws with what was tried. */
export function findBuilder(named) {
  const known = builders.filter(({ name }) => named === undefined || name === named);
  if (known.length === 0) {
    throw new Error(
      `--builder: expected ${builders.map(({ name }) => name).join(', ')}, found ${JSON.stringify(named)}`,
    );
  }
  const tried = known.map((builder) => ({ ...builder, fault: faultOf(builder) }));
  const working = tried.find(({ fault }) => fault === undefined);
  if (working !== undefined) return working;
  throw new Error(`nothing here builds images:\n${tried.map(({ name, fault }) => `  ${name}: ${fault}`).join('\n')}`);
}

function faultOf({ name, works }) {
  const { status, stderr, error } = spawnSync(name, works, { encoding: 'utf8', timeout: 30_000 });
  if (error !== undefined) return error.code === 'ENOENT' ? 'is not installed' : error.message;
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `ends with ${status}`);
}

/** Builds `folder`; returns the exit code. `print` says the command instead. */
export function buildImage({ builder, print }, { folder, tags, buildArguments, more }) {
  const { name, build } = findBuilder(builder);
  const parameters = [
    ...build,
    ...tags.flatMap((tag) => ['--tag', tag]),
    ...Object.entries(buildArguments).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...more,
    folder,
  ];
  console.error([name, ...parameters.map((part) => (/[\s"]/.test(part) ? JSON.stringify(part) : part))].join(' '));
  return print ? 0 : (spawnSync(name, parameters, { stdio: 'inherit' }).status ?? 1);
}
