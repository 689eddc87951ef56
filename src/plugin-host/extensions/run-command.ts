import {
  type CommandAnswer,
  type CommandResult,
  createStorageError,
  type PluginCommand,
} from '@clusterdex/storage-contract';
import { closeSchema } from '../../config/schema/close-schema.js';
import { compileSchema } from '../../config/schema/schema-compiler.js';
import { describeSchemaErrors } from '../../config/schema/schema-errors.js';
import type { CallGate } from '../call-gate.js';

export interface RunCommandOptions {
  readonly gate: CallGate;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** Checks the arguments, fills in defaults, and runs it. Everything that is wrong with the arguments is told at once. */
export async function runCommand(command: PluginCommand, options: RunCommandOptions): Promise<CommandAnswer> {
  const { gate, deadline, signal } = options;
  const schema = closeSchema({ ...structuredClone(command.argumentSchema ?? { type: 'object' }) });
  const parameters = structuredClone(options.parameters);
  const validate = compileSchema(schema, { useDefaults: true });
  if (!validate(parameters)) return { violations: describeSchemaErrors(validate.errors) };
  const controller = new AbortController();
  const result = await gate.run<CommandResult>(
    `command:${command.name}`,
    async () => command.run(Object.freeze(parameters), { signal: controller.signal }),
    { deadline, signal, controller, check: checkResult },
  );
  return { result };
}

/** NOT_FOUND, with the names that there are. */
export function findCommand(commands: readonly PluginCommand[], name: string, plugin: string): PluginCommand {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map((command) => command.name).sort();
  throw createStorageError(
    'NOT_FOUND',
    `plugin ${plugin} has no command ${JSON.stringify(name)}; it has ${names.join(', ')}`,
  );
}

function checkResult(result: CommandResult): string | undefined {
  if (typeof result !== 'object' || result === null) return 'answered no result';
  const { exitCode = 0, output = '', error = '' } = result;
  if (!Number.isInteger(exitCode) || exitCode < 0 || exitCode > 255) return 'answered an exit code that is none';
  return typeof output === 'string' && typeof error === 'string' ? undefined : 'answered an output that is no text';
}
