/** One clear line for what the user can mend; the stack for what only a developer can. Returns the exit code. */
export function reportError(error: unknown): number {
  process.stderr.write(`clusterdex: ${describe(error)}\n`);
  return 1;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const violations = 'violations' in error && Array.isArray(error.violations) ? error.violations : [];
  const expected = 'code' in error && typeof error.code === 'string';
  const first = expected ? error.message : (error.stack ?? error.message);
  return [first, ...violations.filter((line) => !first.includes(String(line))).map((line) => `  - ${line}`)].join('\n');
}
