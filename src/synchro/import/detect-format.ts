import { NotADumpError } from './not-a-dump-error.js';

const packed: readonly { readonly name: string; readonly magic: readonly number[]; readonly unpack: string }[] = [
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: 'zstd -dc' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], unpack: 'bzip2 -dc' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], unpack: 'xz -dc' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], unpack: 'unzip -p' },
];

/** The form of a dump, by its beginning. Throws NotADumpError for what can be none. */
export function detectFormat(beginning: Buffer): 'json' | 'yaml' {
  for (const { name, magic, unpack } of packed) {
    if (!magic.every((byte, index) => beginning[index] === byte)) continue;
    throw new NotADumpError(
      `expected plain text or gzip, found ${name}; try: ${unpack} FILE | clusterdex import --cluster NAME -`,
    );
  }
  const text = beginning.toString('utf8').trimStart();
  if (text === '') throw new NotADumpError('expected Kubernetes objects as JSON or YAML, found nothing');
  if (text.startsWith('<')) {
    throw new NotADumpError(`expected JSON or YAML, found markup: ${firstLine(text)}`);
  }
  if (beginning.includes(0)) throw new NotADumpError('expected text, found binary data');
  return /^(?:\{\s*["}]|\[\s*[{\]]|[{[]\s*$)/.test(text) ? 'json' : 'yaml';
}

function firstLine(text: string): string {
  return JSON.stringify(text.slice(0, 60).split('\n')[0]);
}
