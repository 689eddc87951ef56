/**
 * What a plugin's error says, for the log: its name, message, stack, code and causes. Not what a database's client hangs on it, a statement or
 * the body of a request: that is what was being stored, Secrets among it. What is no error is not repeated.
 */
export function loggableError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`threw what is no error: ${typeof error}`);
  const { name, message, stack, cause } = error;
  const { code } = error as { readonly code?: unknown };
  const loggable = new Error(message, cause === undefined ? undefined : { cause });
  return Object.assign(loggable, { stack: stack ?? `${name}: ${message}` }, code === undefined ? {} : { code });
}
