import {
  type Capabilities,
  type ExtensionName,
  extensionQuestions,
  extensionsSchema,
  type StorageExtensions,
} from '@clusterdex/storage-contract';
import { compileSchema } from '../../config/schema/schema-compiler.js';
import { describeSchemaErrors } from '../../config/schema/schema-errors.js';
import { hostCommandNames } from './host-commands.js';

const validate = compileSchema(extensionsSchema);

/** Below which the host itself answers. */
const reservedSegments: ReadonlySet<string> = new Set(['commands', 'health']);

/** What `clusterdex command` takes for itself. */
const reservedArguments: ReadonlySet<string> = new Set([
  'certificate-authority',
  'data-dir',
  'help',
  'output',
  'server',
]);

const functions: readonly ExtensionName[] = ['notify', 'serve', 'interfaces'];
const lists = { routes: ['handler'], commands: ['run'], steps: ['do', 'undo'] } as const;

/** What a factory lacks of the extensions that its capabilities name, and what is wrong with those that it has. */
export function checkExtensions(factory: object, capabilities: Capabilities): string[] {
  const members = declaredMembers(factory, capabilities);
  const violations: string[] = [];
  for (const name of declared(capabilities)) {
    if (members[name] === undefined) violations.push(`/${name}: is missing, and the capability ${name} is true`);
  }
  for (const name of functions) {
    if (members[name] !== undefined && typeof members[name] !== 'function')
      violations.push(`/${name}: must be a function`);
  }
  if (!validate(members)) violations.push(...describeSchemaErrors(validate.errors));
  for (const [list, names] of Object.entries(lists)) {
    violations.push(...checkItems(`/${list}`, members[list as ExtensionName], names));
  }
  violations.push(...checkRoutes('/routes', members.routes));
  violations.push(...checkStandby(members.standby));
  violations.push(...checkCommands(members.commands));
  return violations;
}

/** The extensions of a factory that its capabilities name; the host does not look at others. */
export function declaredExtensions(factory: object, capabilities: Capabilities): StorageExtensions {
  return declaredMembers(factory, capabilities) as StorageExtensions;
}

function declared(capabilities: Capabilities): readonly ExtensionName[] {
  const names = Object.keys(extensionQuestions) as ExtensionName[];
  return names.filter((name) => name !== 'state' && capabilities[name] === true);
}

type Members = Readonly<Partial<Record<ExtensionName, unknown>>>;

function declaredMembers(factory: object, capabilities: Capabilities): Members {
  const all = factory as Members;
  return Object.fromEntries(
    declared(capabilities)
      .filter((name) => all[name] !== undefined)
      .map((name) => {
        const member = all[name];
        return [name, typeof member === 'function' ? member.bind(factory) : member];
      }),
  );
}

function checkItems(path: string, items: unknown, names: readonly string[]): string[] {
  if (!Array.isArray(items)) return [];
  const violations: string[] = [];
  const seen = new Set<unknown>();
  for (const [index, item] of items.entries()) {
    if (!isRecord(item)) continue;
    for (const name of names) {
      if (typeof item[name] !== 'function') violations.push(`${path}/${index}/${name}: must be a function`);
    }
    if (seen.has(item.name)) violations.push(`${path}/${index}/name: ${JSON.stringify(item.name)} is there twice`);
    seen.add(item.name);
  }
  return violations;
}

function checkStandby(standby: unknown): string[] {
  if (!isRecord(standby)) return [];
  const { routes, serve } = standby;
  const violations = serve === undefined || typeof serve === 'function' ? [] : ['/standby/serve: must be a function'];
  const path = '/standby/routes';
  return [...violations, ...checkItems(path, routes, lists.routes), ...checkRoutes(path, routes)];
}

function checkRoutes(path: string, routes: unknown): string[] {
  if (!Array.isArray(routes)) return [];
  const violations: string[] = [];
  const seen = new Set<string>();
  for (const [index, route] of routes.entries()) {
    if (!isRecord(route) || typeof route.pattern !== 'string') continue;
    const segments = route.pattern.slice(1).split('/');
    const names = segments.filter((segment) => segment.startsWith('{'));
    if (reservedSegments.has(segments[0] ?? ''))
      violations.push(`${path}/${index}/pattern: ${route.pattern} is taken by the host`);
    if (new Set(names).size < names.length) violations.push(`${path}/${index}/pattern: names a parameter twice`);
    const shape = `${route.method} ${segments.map((segment) => (segment.startsWith('{') ? '{}' : segment)).join('/')}`;
    if (seen.has(shape)) violations.push(`${path}/${index}/pattern: another route answers the same requests`);
    seen.add(shape);
  }
  return violations;
}

function checkCommands(commands: unknown): string[] {
  if (!Array.isArray(commands)) return [];
  const violations: string[] = [];
  for (const [index, command] of commands.entries()) {
    if (!isRecord(command)) continue;
    if (hostCommandNames.some((name) => name === command.name))
      violations.push(`/commands/${index}/name: the host gives the command ${command.name} to every plugin`);
    if (!isRecord(command.argumentSchema)) continue;
    const { properties } = command.argumentSchema;
    for (const name of Object.keys(isRecord(properties) ? properties : {})) {
      if (reservedArguments.has(name))
        violations.push(
          `/commands/${index}/argumentSchema/properties/${name}: is a flag of \`clusterdex command\` itself`,
        );
    }
    try {
      compileSchema(structuredClone(command.argumentSchema), { useDefaults: true });
    } catch (error) {
      violations.push(`/commands/${index}/argumentSchema: is no JSON Schema: ${messageOf(error)}`);
    }
  }
  return violations;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
