const rangePattern = /^\s*([!#$%&'*+.^_`|~\w-]+|\*)\/([!#$%&'*+.^_`|~\w-]+|\*)\s*(;.*)?$/s;
const known = new Map<string, boolean>();
const knownLimit = 256;

/**
 * Whether plain JSON is among what an Accept header allows. A form of JSON such as `as=Table` is none of it; clients that ask for one
 * name plain JSON after it.
 */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return true;
  const cached = known.get(accept);
  if (cached !== undefined) return cached;
  const accepted = accept.trim() === '' || accept.split(',').some(allowsJson);
  if (known.size >= knownLimit) known.clear();
  known.set(accept, accepted);
  return accepted;
}

function allowsJson(range: string): boolean {
  const match = rangePattern.exec(range);
  if (match === null) return false;
  const type = match[1]?.toLowerCase();
  const subtype = match[2]?.toLowerCase();
  const parameters = (match[3] ?? '').split(';').map((parameter) => parameter.trim().toLowerCase());
  if (parameters.some((parameter) => parameter.startsWith('as=') || /^q=0(\.0*)?$/.test(parameter))) return false;
  if (type === '*') return subtype === '*';
  return type === 'application' && (subtype === '*' || subtype === 'json');
}
