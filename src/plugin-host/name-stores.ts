import type { OpenSelectedOptions } from './open-storage.js';

/** Stands in a config for the name of a store. */
const placeholder = '{store}';

export interface StoreNames {
  /** The options for the store of a data directory: with it, and with a name of its own wherever the config says `{store}`. */
  optionsOf(dataDirectory: string): OpenSelectedOptions;
  /** The name that the store of a data directory was given, if any. */
  nameOf(dataDirectory: string): string | undefined;
  /** Every name that was given, none when the config has no place for one. */
  names(): readonly string[];
}

/**
 * Keeps stores apart that lie outside the data directory, in the databases of one server: `prefix` and a number, of lower-case letters,
 * digits and underscores if the prefix is, is a name that every database takes.
 */
export function nameStores(options: OpenSelectedOptions, prefix: string): StoreNames {
  const names = new Map<string, string>();
  const hasPlace = JSON.stringify([options.config, options.settings ?? []]).includes(placeholder);

  function giveName(dataDirectory: string): string {
    const name = names.get(dataDirectory) ?? `${prefix}_${names.size}`;
    names.set(dataDirectory, name);
    return name;
  }

  return {
    optionsOf(dataDirectory) {
      if (!hasPlace) return { ...options, dataDirectory };
      const name = giveName(dataDirectory);
      const config = fill(options.config, name) as OpenSelectedOptions['config'];
      const settings = (options.settings ?? []).map((setting) => setting.replaceAll(placeholder, name));
      return { ...options, dataDirectory, config, settings };
    },
    nameOf: (dataDirectory) => names.get(dataDirectory),
    names: () => [...names.values()],
  };
}

function fill(value: unknown, name: string): unknown {
  if (typeof value === 'string') return value.replaceAll(placeholder, name);
  if (Array.isArray(value)) return value.map((element) => fill(element, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, name)]));
}
