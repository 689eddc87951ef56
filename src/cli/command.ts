import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { applySettings } from '../plugin-host/settings.js';
import { askServer } from './ask-server.js';
import { type DescribedCommand, describeCommand, describeCommands } from './describe-command.js';
import { addServerOptions, resolveServerLocation, type ServerLocation, type ServerOptions } from './server-location.js';

interface CommandOptions extends ServerOptions {
  readonly output: 'text' | 'json';
  readonly dataDir?: string;
}

const base = '/apis/plugins.clusterdex.io/v1';
/** Longer than the server lets a command run. */
const deadline = 360_000;

const help = `
Examples:
  What commands there are, and what one takes:
    $ clusterdex command
    $ clusterdex command sqlite --help
    $ clusterdex command sqlite log-level --help
  How the storage is; let it log more:
    $ clusterdex command sqlite health
    $ clusterdex command sqlite log-level --level debug

The exit code is that of the command; 1 when it failed.
`;

/** Commands of the plugins of a running server. */
export function commandCommand(): Command {
  const command = new Command('command')
    .description(
      'list the commands of the plugins of a running server, or run one: command <plugin> <command> --<argument> <value>',
    )
    .argument('[plugin]', 'whose; without it every command is listed')
    .argument('[command]', 'which one')
    .argument('[arguments...]', '--<argument> <value> each')
    .allowUnknownOption()
    .helpOption(false)
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--data-dir <dir>', 'where `serve --secure-port` made its certificate').env('CLUSTERDEX_DATA_DIR'),
    );
  return addServerOptions(command)
    .addHelpText('after', help)
    .action(async (_plugin: unknown, _command: unknown, _arguments: unknown, options: CommandOptions) => {
      await runCommandLine(command, options);
    });
}

async function runCommandLine(command: Command, options: CommandOptions): Promise<void> {
  const wantsHelp = command.args.some((word) => word === '--help' || word === '-h');
  const [plugin, name, ...words] = command.args.filter((word) => word !== '--help' && word !== '-h');
  if (plugin?.startsWith('-') || name?.startsWith('-'))
    throw new ConfigError(
      'the name of a plugin and that of its command come first: clusterdex command <plugin> <command>',
    );
  if (plugin === undefined && wantsHelp) {
    command.outputHelp();
    return;
  }
  const location = resolveServerLocation(options);
  const plugins = plugin === undefined ? await listPlugins(location) : [plugin];
  if (name !== undefined) {
    const described = find(await listCommands(location, plugins[0] ?? ''), name, plugins[0] ?? '');
    if (wantsHelp) process.stdout.write(describeCommand(plugins[0] ?? '', described));
    else await run(location, { plugin: plugins[0] ?? '', described, words, output: options.output });
    return;
  }
  const commands = new Map<string, readonly DescribedCommand[]>();
  for (const one of plugins) commands.set(one, await listCommands(location, one));
  process.stdout.write(
    options.output === 'json' ? `${JSON.stringify(Object.fromEntries(commands))}\n` : describeCommands(commands),
  );
}

interface Run {
  readonly plugin: string;
  readonly described: DescribedCommand;
  readonly words: readonly string[];
  readonly output: 'text' | 'json';
}

async function run(location: ServerLocation, { plugin, described, words, output }: Run): Promise<void> {
  const { config: parameters, violations } = applySettings({}, toSettings(words, described), described.argumentSchema);
  if (violations.length > 0) throw new ConfigError(violations.join('\n'));
  const path = `${base}/${encodeURIComponent(plugin)}/commands/${encodeURIComponent(described.name)}`;
  const result = await ask(location, { path, body: { parameters }, deadline });
  const {
    exitCode = 0,
    output: text = '',
    error = '',
    data,
  } = result as {
    readonly exitCode?: number;
    readonly output?: string;
    readonly error?: string;
    readonly data?: unknown;
  };
  process.exitCode = exitCode;
  if (output === 'json') process.stdout.write(`${JSON.stringify(data ?? { output: text, error })}\n`);
  else {
    process.stdout.write(ended(text));
    process.stderr.write(ended(error));
  }
}

/** `--key value`, `--key=value` and `--flag` as `key=value`. */
function toSettings(words: readonly string[], { name, argumentSchema }: DescribedCommand): readonly string[] {
  const settings: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('--') || word === '--')
      throw new ConfigError(`${name} takes --<argument> <value>, found ${JSON.stringify(word)}`);
    const key = word.slice(2);
    if (key.includes('=')) {
      settings.push(key);
      continue;
    }
    const next = words[at + 1];
    const isFlag = argumentSchema.properties?.[key]?.type === 'boolean';
    if (isFlag && next !== 'true' && next !== 'false') settings.push(`${key}=true`);
    else if (next === undefined) throw new ConfigError(`--${key} wants a value`);
    else {
      settings.push(`${key}=${next}`);
      at++;
    }
  }
  return settings;
}

async function listPlugins(location: ServerLocation): Promise<readonly string[]> {
  const { resources = [] } = (await ask(location, { path: base })) as {
    readonly resources?: readonly { name: string }[];
  };
  return resources
    .filter(({ name }) => name.endsWith('/commands'))
    .map(({ name }) => name.slice(0, -'/commands'.length));
}

async function listCommands(location: ServerLocation, plugin: string): Promise<readonly DescribedCommand[]> {
  const path = `${base}/${encodeURIComponent(plugin)}/commands`;
  const { items } = (await ask(location, { path })) as { readonly items?: readonly DescribedCommand[] };
  if (!Array.isArray(items)) throw new ConfigError(`what answers at ${location.server} lists no commands of ${plugin}`);
  return items;
}

function find(commands: readonly DescribedCommand[], name: string, plugin: string): DescribedCommand {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map((command) => command.name).sort();
  throw new ConfigError(`plugin ${plugin} has no command ${JSON.stringify(name)}; it has ${names.join(', ')}`);
}

/** The JSON of a success; ConfigError with what the server says of anything else. */
async function ask(
  location: ServerLocation,
  request: { readonly path: string; readonly body?: object; readonly deadline?: number },
): Promise<object> {
  const { status, json } = await askServer(location, request);
  const message = typeof json === 'object' && json !== null && 'message' in json ? String(json.message) : undefined;
  if (status >= 400) throw new ConfigError(message ?? `the server answered ${status}`);
  if (typeof json !== 'object' || json === null) {
    throw new ConfigError(`what answers at ${location.server} is no clusterdex, or one without commands`);
  }
  return json;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
