/** What YAML 1.1, by which Kubernetes reads, would take for something else than text. */
const otherThanText =
  /^(?:~|<<|[-+]?\._*|null|Null|NULL|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const number = /^[-+]?(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[\d_]*\.?[\d_]*(?:[eE][-+]?[\d_]+)?)$/;
const base60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])/;
/** Nothing that is not printed, no line end but \n, nothing beyond the Basic Multilingual Plane. */
const unprintable = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const indicator = /^[#,[\]{}&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)|:(?:\s|$)|\s#/;

/** A text in the style that a kube-apiserver chooses. `indent` is that of a block below; undefined where none may stand: a name. */
export function yamlScalar(text: string, indent: string | undefined): string {
  const isPlainType = !(text === '' || otherThanText.test(text) || isNumeric(text) || timestamp.test(text));
  if (unprintable.test(text) || !isPlainType) return doubleQuoted(text);
  if (text.includes('\n')) {
    return indent === undefined || / \n| $/.test(text) ? doubleQuoted(text) : literal(text, indent);
  }
  if (/^ | $/.test(text) || indicator.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return text;
}

function isNumeric(text: string): boolean {
  return /\d/.test(text) && (number.test(text) || base60.test(text));
}

function literal(text: string, indent: string): string {
  const inner = indent === '' ? '  ' : indent;
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomping = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') || text === '\n' ? '+' : '';
  const lines = (chomping === '-' ? text : text.slice(0, -1)).split('\n');
  return `|${hint}${chomping}\n${lines.map((line) => (line === '' ? '' : inner + line)).join('\n')}`;
}

function doubleQuoted(text: string): string {
  let quoted = '"';
  for (const character of text) quoted += escapes.get(character) ?? (isShown(character) ? character : code(character));
  return `${quoted}"`;
}

function isShown(character: string): boolean {
  return character.length === 1 && character !== '\n' && !unprintable.test(character);
}

function code(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  // Half of a surrogate pair is no character.
  const point = codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
  const digits = point.toString(16).toUpperCase();
  if (point <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return point <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\x1b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x85', '\\N'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);
