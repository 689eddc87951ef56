import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import { templateFolder, templateName } from '../plugin-host/template-folder.js';
import { packContract } from './pack-contract.js';

export interface ScaffoldOptions {
  /** What npm is to install as the contract, as a package.json has it; a tarball of the server's own when absent. */
  readonly contract?: string;
  /** The folder that is copied; the sample when absent. */
  readonly template?: string;
}

export interface Scaffold {
  readonly folder: string;
  readonly packageName: string;
  /** What `--storage-name` takes. */
  readonly name: string;
}

const contractPackage = '@clusterdex/storage-contract';
const suffix = '-storage';
const generated: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build']);
const ignored = ['node_modules/', 'dist/', 'build/', ''].join('\n');

/** Makes the folder `path` a plugin of its own, from the sample: all of it, or nothing and a ConfigError. */
export async function scaffoldPlugin(path: string, options: ScaffoldOptions = {}): Promise<Scaffold> {
  const name = parseName(path);
  const packageName = `${name}${suffix}`;
  const folder = join(dirname(resolve(path)), packageName);
  const template = options.template ?? templateFolder();
  if (!existsSync(join(template, 'package.json')))
    throw new ConfigError(`this build of clusterdex holds no ${templateName} to make a plugin from: ${template}`);
  await requireRoom(folder);
  const draft = join(dirname(folder), `.${packageName}-${process.pid}`);
  await mkdir(draft);
  try {
    await copyTemplate(template, draft, { packageName, name });
    await cp(join(import.meta.dirname, '../../../LICENSE'), join(draft, 'LICENSE'));
    // npm leaves such a file out of what it packs.
    await writeFile(join(draft, '.gitignore'), ignored);
    await useContract(draft, options.contract);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return { folder, packageName, name };
}

/** The registration name that the last part of the path stands for, with or without `-storage`. */
function parseName(path: string): string {
  const name = basename(resolve(path)).replace(/-storage$/, '');
  if (path.startsWith('@'))
    throw new ConfigError(`${path}: name the folder without a scope, and put the scope into its package.json`);
  if (name.length > 63 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    const expected = 'up to 63 lower-case letters, digits and hyphens, as in example-storage';
    throw new ConfigError(`${JSON.stringify(name)} cannot be the name of a storage: expected ${expected}`);
  }
  if (`${name}-`.startsWith('storage-'))
    throw new ConfigError(`${name}${suffix} would be taken for a library, as all that is called storage-…`);
  if (name.endsWith('-synchro'))
    throw new ConfigError(`${name} is called as a plugin of kind synchro is; this makes one of kind storage`);
  return name;
}

/** A rename puts the new folder in the place of nothing, or of an empty folder. */
async function requireRoom(folder: string): Promise<void> {
  const parent = dirname(folder);
  if (!existsSync(parent)) throw new ConfigError(`${parent} does not exist, so no plugin can be made in it`);
  if (existsSync(folder) && (await readdir(folder).catch(() => ['a file'])).length > 0)
    throw new ConfigError(`${folder} exists and is not empty; nothing was changed`);
}

async function copyTemplate(template: string, target: string, names: Omit<Scaffold, 'folder'>): Promise<void> {
  for (const entry of await readdir(template, { recursive: true, withFileTypes: true })) {
    const path = relative(template, join(entry.parentPath, entry.name));
    if (!entry.isFile() || path.split(sep).some((part) => generated.has(part)) || path === 'LICENSE') continue;
    const text = await readFile(join(template, path), 'utf8');
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), path === 'tsconfig.json' ? standAlone(text) : renamed(text, names));
  }
}

function renamed(text: string, { packageName, name }: Omit<Scaffold, 'folder'>): string {
  return text.replaceAll(templateName, packageName).replaceAll(/\bsample\b/g, name);
}

/** References lead to the packages beside the sample. */
function standAlone(text: string): string {
  const { references: _, ...config } = JSON.parse(text) as { readonly references?: unknown };
  return formatJson(config);
}

async function useContract(folder: string, spec: string | undefined): Promise<void> {
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { readonly dependencies: Record<string, string> };
  manifest.dependencies[contractPackage] = spec ?? `file:vendor/${await packContract(join(folder, 'vendor'))}`;
  await writeFile(path, formatJson(manifest));
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
