/** Whether a value under this key or path must not be printed. Rather one too many than one too few. */
export function looksSecret(path: string): boolean {
  return /pass|token|secret|key|credential|auth/i.test(path);
}

/** Blanks the passwords of URLs and of `password=…` pairs in a text. */
export function maskSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*(?::[^\s"']*)?@/gi, '$1***@')
    .replace(/((?:pass(?:word|wd)?|pwd|token|secret|api_?key)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi, '$1***');
}
