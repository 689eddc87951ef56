/** Lower-cases A to Z and nothing else: what a database does with ASCII-insensitive comparison, whatever the locale. */
export function asciiLower(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}
