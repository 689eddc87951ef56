import { Command, Option } from 'commander';
import { pluginFolders } from '../config/storage-settings.js';
import { bundledFolder, bundledSteps } from '../plugin-host/bundled-folder.js';
import { discoverPlugins } from '../plugin-host/discover.js';
import { hashPlugin } from '../plugin-host/hash-plugin.js';
import type { PluginRow } from '../plugin-host/plugin-row.js';
import { checkInstalledPlugin, type PluginCheckOptions } from './plugin-check.js';
import { formatPluginTable, type ListedPlugin } from './plugin-table.js';
import { type ScaffoldOptions, scaffoldPlugin } from './scaffold-plugin.js';

const help = `
A plugin is a folder <name>-storage or <name>-synchro (a step between clusters and the storage) with a package.json that has a member
"clusterdex", or a single file <name>-storage.mjs or <name>-synchro.mjs that begins with a comment line "// clusterdex: { ... }". Plugins are looked for in the folders of
STORAGE_PLUGINS (a list like PATH) and among those that come with the server.

Examples:
  $ clusterdex plugins list
  $ STORAGE_PLUGINS=/opt/plugins:./my-plugins clusterdex plugins list --output json
  $ clusterdex plugins new example-storage && cd example-storage && make test
  $ clusterdex plugins check ./my-plugins/example-storage --storage-set url=http://127.0.0.1:9200
  $ clusterdex plugins check ./my-plugins/example-storage --config example.yaml --junit conformance.xml

In a config that the conformance kit runs with, {store} stands for the name of a store of its own, a new one for each it opens.
`;

export function pluginsCommand(): Command {
  return new Command('plugins')
    .description('list, check and begin plugins')
    .addHelpText('after', help)
    .addCommand(listCommand())
    .addCommand(checkCommand())
    .addCommand(newCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list what lies in the plugin folders, and why what is not usable is not; runs no code of a plugin')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table'))
    .action(async ({ output }: { output: string }) => {
      const found = await discoverPlugins(pluginFolders(), {
        bundled: bundledFolder(),
        bundledFiles: bundledSteps(),
      });
      const rows = await Promise.all(found.map(addHash));
      process.stdout.write(output === 'json' ? `${JSON.stringify(rows, undefined, 2)}\n` : formatPluginTable(rows));
    });
}

async function addHash(row: PluginRow): Promise<ListedPlugin> {
  const hash = row.packageName === undefined ? undefined : await hashPlugin(row.folder);
  return hash === undefined ? row : { ...row, hash };
}

function checkCommand(): Command {
  return new Command('check')
    .description('load a plugin, check it against the contract, open it in a temporary folder and close it again')
    .argument('<plugin>', 'the folder or file of a plugin, or the name of an installed one')
    .option('--config <file>', "the plugin's own config, YAML or JSON")
    .addOption(new Option('--storage-config <file>', 'as --config').conflicts('config'))
    .option('--storage-set <key=value>', "sets one key of the plugin's config; repeatable", append)
    .option(
      '--conformance',
      'also run the conformance kit; it writes, so give it a storage that holds nothing of yours',
    )
    .option('--seed <number>', 'of what the conformance kit draws at random, to run it again as it was; runs the kit')
    .option('--grade', 'also say which capabilities are proven, and measure it beside the memory storage; runs the kit')
    .option('--json', 'print the result, and that of every case, as JSON')
    .option('--junit <file>', 'also write the result of every case as JUnit XML; runs the kit')
    .option('--timeout <seconds>', 'how long each step may take', '30')
    .action(async (plugin: string, options: PluginCheckOptions) => {
      if (!(await checkInstalledPlugin(plugin, options))) process.exitCode = 1;
      // A plugin that hangs must not keep the command from ending.
      setTimeout(() => process.exit(), 1000).unref();
    });
}

function newCommand(): Command {
  return new Command('new')
    .description(
      'begin a storage plugin: a folder with a key-value store that passes the conformance kit, to put yours in its place',
    )
    .argument('<name>', 'example-storage or example; a path says where')
    .option(
      '--contract <spec>',
      'which @clusterdex/storage-contract npm installs, a version or file:… (default: a tarball of the one in this server, in vendor/)',
    )
    .action(async (path: string, options: ScaffoldOptions) => {
      const { folder, name } = await scaffoldPlugin(path, options);
      process.stdout.write(nextSteps(folder, name));
    });
}

function nextSteps(folder: string, name: string): string {
  return [
    `Made ${folder}, the storage plugin "${name}". Then, in it:`,
    '  make test     install, build, and run the conformance kit',
    `  make plugin   build/plugins, a folder for STORAGE_PLUGINS; serve it with --storage-name ${name}`,
    'Its README says which file to put your database into.',
    '',
  ].join('\n');
}

function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
