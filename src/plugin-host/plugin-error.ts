/** Why a plugin does not serve. */
export const pluginErrorCodes = {
  NOT_FOUND: 'no plugin of this name is installed',
  INCOMPATIBLE: 'it was built for a contract that this host does not speak',
  BROKEN: 'its manifest cannot be used',
  LOAD_FAILED: 'its module could not be imported',
  DEPENDENCY_MISSING: 'it was found, but something that it imports was not',
  LOAD_TIMEOUT: 'its module did not finish loading in time',
  INVALID_PLUGIN: 'its default export does not fulfil the contract',
  INVALID_CONFIG: 'its config does not fit its schema',
  OPEN_FAILED: 'it could not open its storage',
  OPEN_TIMEOUT: 'it did not open its storage in time',
  ALREADY_REGISTERED: 'a storage of this name is registered, or open, already',
  ABORTED: 'the start was aborted',
} as const;

export type PluginErrorCode = keyof typeof pluginErrorCodes;

export interface PluginErrorOptions {
  readonly violations?: readonly string[];
  readonly cause?: unknown;
}

/** Stops the start. The message holds every violation, a line each, and no secrets. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly code: PluginErrorCode;
  readonly violations: readonly string[];

  constructor(code: PluginErrorCode, message: string, options: PluginErrorOptions = {}) {
    const violations = options.violations ?? [];
    super(
      [message, ...violations.map((violation) => `  - ${violation}`)].join('\n'),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.violations = violations;
  }
}
