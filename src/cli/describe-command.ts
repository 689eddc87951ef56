import { formatTable } from './format-table.js';

/** A command of a plugin, as the server lists it. */
export interface DescribedCommand {
  readonly name: string;
  readonly description: string;
  readonly permission: 'r' | 'rw';
  readonly argumentSchema: ArgumentSchema;
}

interface ArgumentSchema extends Readonly<Record<string, unknown>> {
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
}

/** A line for each. */
export function describeCommands(commands: ReadonlyMap<string, readonly DescribedCommand[]>): string {
  const rows = [...commands].flatMap(([plugin, list]) =>
    list.map(({ name, permission, description }) => [plugin, name, permission, description]),
  );
  return `${formatTable(['PLUGIN', 'COMMAND', 'PERMISSION', 'DESCRIPTION'], rows)}\n`;
}

/** What one does and what it takes. */
export function describeCommand(plugin: string, { name, description, permission, argumentSchema }: DescribedCommand) {
  const { properties = {}, required = [] } = argumentSchema;
  const rows = Object.entries(properties).map(([key, schema]) => [
    `--${key}`,
    typeOf(schema),
    [
      typeof schema.description === 'string' ? schema.description : '',
      ...(required.includes(key) ? ['(required)'] : []),
      ...('default' in schema ? [`(default: ${JSON.stringify(schema.default)})`] : []),
    ]
      .filter((text) => text !== '')
      .join(' '),
  ]);
  const effect = permission === 'r' ? 'It changes nothing.' : 'It may change something.';
  const lines = [`Usage: clusterdex command ${plugin} ${name}${rows.length > 0 ? ' --<argument> <value>' : ''}`, ''];
  lines.push(description, effect, '');
  lines.push(rows.length > 0 ? formatTable(['ARGUMENT', 'TYPE', 'DESCRIPTION'], rows) : 'It takes no arguments.');
  return `${lines.join('\n')}\n`;
}

function typeOf(schema: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join('|');
  return [schema.type ?? 'any'].flat().map(String).join('|');
}
