import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { manifestSchema } from '@clusterdex/storage-contract';
import { compileSchema } from '../config/schema/schema-compiler.js';
import { describeSchemaErrors } from '../config/schema/schema-errors.js';

/** What a plugin is for: a package is called `<name>-<kind>`. */
export const pluginKinds = ['storage', 'synchro'] as const;

export type PluginKind = (typeof pluginKinds)[number];

const kindSuffix = new RegExp(`-(?:${pluginKinds.join('|')})$`);

/** What the host knows of a plugin without running it. */
export interface Manifest {
  readonly packageName: string;
  readonly version: string;
  readonly kind: PluginKind;
  readonly name: string;
  readonly contract: string;
}

/** The manifest, or why there is none: every violation, each with its path. `absent` when nothing says that this is a plugin. */
export type ManifestResult =
  | { readonly manifest: Manifest }
  | { readonly violations: readonly string[]; readonly absent?: true };

const largestManifest = 1024 * 1024;
const headerBytes = 4096;
const header = /^\/\/[ \t]*clusterdex:[ \t]*(.*)$/m;
const validate = compileSchema(manifestSchema);

export async function readFolderManifest(folder: string): Promise<ManifestResult> {
  const path = join(folder, 'package.json');
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > largestManifest)
      return { violations: [`package.json has ${size} bytes, at most ${largestManifest} are read`] };
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { violations: ['is no package: it has no package.json'], absent: true };
    return { violations: [`package.json cannot be read: ${errorText(error)}`] };
  }
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { violations: [`package.json is no JSON: ${errorText(error)}`] };
  }
  if (typeof content !== 'object' || content === null || !('clusterdex' in content)) {
    return { violations: ['package.json has no member "clusterdex", so it is no plugin'], absent: true };
  }
  return checkManifest(content);
}

/**
 * A single file says what it is in a comment line among its first 4096 bytes, because it must be known without running it:
 * `// clusterdex: { "version": "1.0.0", "kind": "storage", "name": "example", "contract": "1.0" }`. Its package name is the file's.
 */
export async function readFileManifest(file: string): Promise<ManifestResult> {
  let text: string;
  try {
    text = (await readFile(file)).subarray(0, headerBytes).toString('utf8');
  } catch (error) {
    return { violations: [`cannot be read: ${errorText(error)}`] };
  }
  const json = header.exec(text)?.[1];
  if (json === undefined) {
    const example = '// clusterdex: { "version": "1.0.0", "kind": "storage", "name": "…", "contract": "1.0" }';
    return { violations: [`a single-file plugin needs a line like this near its beginning: ${example}`], absent: true };
  }
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (error) {
    return { violations: [`the line "// clusterdex: …" holds no JSON: ${errorText(error)}`] };
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return { violations: ['the line "// clusterdex: …" holds no JSON object'] };
  }
  const { version, ...clusterdex } = content as Record<string, unknown>;
  return checkManifest({ name: pluginStem(basename(file)), ...(version === undefined ? {} : { version }), clusterdex });
}

/** The name of a file or folder without `@version` and without a module's extension. */
export function pluginStem(entry: string): string {
  return entry.replace(/\.[cm]?js$/, '').replace(/(?<=.)@.*$/, '');
}

/** Whether something is called as a plugin is. */
export function isPluginName(stem: string): boolean {
  return kindSuffix.test(stem);
}

/** The registration name that belongs to a package name: without its scope and without its kind. */
export function registrationName(packageName: string): string {
  return packageName.replace(/^@[^/]*\//, '').replace(kindSuffix, '');
}

function checkManifest(content: object): ManifestResult {
  if (!validate(content)) return { violations: describeSchemaErrors(validate.errors) };
  const { name: packageName, version, clusterdex } = content as { name: string; version: string; clusterdex: Manifest };
  const expected = registrationName(packageName);
  if (clusterdex.name !== expected) {
    const found = JSON.stringify(clusterdex.name);
    return {
      violations: [`/clusterdex/name: must be "${expected}", as the package is called ${packageName}, found ${found}`],
    };
  }
  if (!packageName.endsWith(`-${clusterdex.kind}`)) {
    const found = JSON.stringify(clusterdex.kind);
    return { violations: [`/clusterdex/kind: must be what the package is called, ${packageName}, found ${found}`] };
  }
  const { kind, name, contract } = clusterdex;
  return { manifest: Object.freeze({ packageName, version, kind, name, contract }) };
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
