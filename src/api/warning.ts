/** The value of a Warning header, which kubectl prints. What does not belong into one becomes `?`. */
export function createWarning(text: string): string {
  return `299 - "${text.replace(/[^ !#-[\]-~]/g, '?')}"`;
}

/** Several of them as one header; undefined when there are none. */
export function joinWarnings(warnings: readonly (string | undefined)[]): string | undefined {
  const given = warnings.filter((warning) => warning !== undefined);
  return given.length === 0 ? undefined : given.join(', ');
}
