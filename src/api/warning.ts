/** The value of a Warning header, which kubectl prints. What does not belong into one becomes `?`. */
export function createWarning(text: string): string {
  return `299 - "${text.replace(/[^ !#-[\]-~]/g, '?')}"`;
}
