import type { StorageSettings } from '../../config/storage-settings.js';
import { bundledFolder, bundledSteps } from '../../plugin-host/bundled-folder.js';
import { discoverPlugins } from '../../plugin-host/discover.js';
import { selectPlugin } from '../../plugin-host/select.js';
import { type Finding, messageOf } from './finding.js';

/** Looks at what lies in the folders of plugins, and runs no code of them. */
export async function checkPlugins({ folders, name }: StorageSettings): Promise<readonly Finding[]> {
  const check = 'plugins';
  const rows = await discoverPlugins(folders, { bundled: bundledFolder(), bundledFiles: bundledSteps() });
  const findings: Finding[] = rows
    .filter(({ state }) => state === 'broken' || state === 'incompatible')
    .map(({ name: plugin, folder, state, reason = '', violations = [] }) => ({
      check,
      status: 'warning',
      message: `${plugin} in ${folder} is ${state}: ${[reason, ...violations].filter(Boolean).join('; ')}`,
      advice:
        state === 'incompatible'
          ? 'take a version of the plugin that was built for the contract of this server (clusterdex version)'
          : 'clusterdex plugins list says the same; ask the author of the plugin, or take it out of STORAGE_PLUGINS',
    }));
  try {
    const { version = '', folder } = selectPlugin(rows, name);
    const usable = rows.filter(({ state }) => state === 'ok').length;
    return [
      { check, status: 'ok', message: `${usable} can be used; the storage is ${name} ${version} in ${folder}` },
      ...findings,
    ];
  } catch (error) {
    return [
      {
        check,
        status: 'failed',
        message: messageOf(error),
        advice: 'STORAGE_PLUGINS names the folders that are searched; clusterdex plugins list says what lies there',
      },
      ...findings,
    ];
  }
}
