const namePattern = "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'";
const nameMustConsist = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is ${namePattern})`;
const subdomainMustConsist =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const valueMustConsist =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const maximumName = 63;
const maximumSubdomain = 253;

/** What a kube-apiserver has against `text` as a qualified name (`[prefix/]name`, as label keys are); empty when nothing. */
export function qualifiedNameFaults(text: string): readonly string[] {
  const slash = text.indexOf('/');
  if (slash === -1) return nameFaults(text);
  if (text.includes('/', slash + 1)) {
    return [
      `a qualified name ${nameMustConsist} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  return [...prefixFaults(text.slice(0, slash)), ...nameFaults(text.slice(slash + 1))];
}

/** What a kube-apiserver has against `text` as the value of a label; empty when nothing. */
export function labelValueFaults(text: string): readonly string[] {
  if (text === '' || (text.length <= maximumName && isName(text))) return [];
  return [
    ...(Buffer.byteLength(text) > maximumName ? [tooLong(maximumName)] : []),
    ...(isName(text) ? [] : [valueMustConsist]),
  ];
}

function nameFaults(name: string): readonly string[] {
  if (name.length <= maximumName && isName(name)) return [];
  return [
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(Buffer.byteLength(name) > maximumName ? [`name part ${tooLong(maximumName)}`] : []),
    ...(isName(name) ? [] : [`name part ${nameMustConsist}`]),
  ];
}

function prefixFaults(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return [
    ...(Buffer.byteLength(prefix) > maximumSubdomain ? [`prefix part ${tooLong(maximumSubdomain)}`] : []),
    ...(isSubdomain(prefix) ? [] : [`prefix part ${subdomainMustConsist}`]),
  ];
}

function tooLong(maximum: number): string {
  return `must be no more than ${maximum} bytes`;
}

function isName(text: string): boolean {
  if (!isAlphanumeric(text.charCodeAt(0)) || !isAlphanumeric(text.charCodeAt(text.length - 1))) return false;
  for (let index = 1; index < text.length - 1; index++) {
    const code = text.charCodeAt(index);
    if (!isAlphanumeric(code) && code !== 0x2d && code !== 0x2e && code !== 0x5f) return false;
  }
  return true;
}

function isSubdomain(text: string): boolean {
  return text.split('.').every((label) => /^[a-z0-9-]+$/.test(label) && !label.startsWith('-') && !label.endsWith('-'));
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
}
