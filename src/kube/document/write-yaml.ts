import type { JsonMembers, JsonNumber, JsonTree } from './parse-json-tree.js';
import { yamlScalar } from './yaml-scalar.js';

/** A document of YAML, the members of objects by name, as a kube-apiserver writes it. */
export function writeYaml(tree: JsonTree): string {
  return `${writeValue(tree, '')}\n`.slice(1);
}

/** A member of a document, on lines of its own. */
export function writeYamlMember(name: string, value: JsonTree): string {
  return `${writeMember(name, value, '')}\n`;
}

/** An element of a list that is a member of a document. */
export function writeYamlElement(value: JsonTree): string {
  return `-${writeElement(value, '')}\n`;
}

type Scalar = string | boolean | null | JsonNumber;

/** What follows a colon, from the blank or the line end on. */
function writeValue(value: JsonTree, indent: string): string {
  if (isList(value)) {
    if (value.length === 0) return ' []';
    return value.map((element) => `\n${indent}-${writeElement(element, indent)}`).join('');
  }
  if (isMembers(value)) {
    if (value.size === 0) return ' {}';
    return `\n${indent}${writeMembers(value, indent)}`;
  }
  return ` ${writeScalar(value, indent)}`;
}

/** What follows a dash. The first member of an object, the first element of a list stand on its line. */
function writeElement(value: JsonTree, indent: string): string {
  const inner = `${indent}  `;
  if (isList(value) && value.length > 0) {
    return value
      .map((element, index) => `${index === 0 ? ' ' : `\n${inner}`}-${writeElement(element, inner)}`)
      .join('');
  }
  if (isMembers(value) && value.size > 0) return ` ${writeMembers(value, inner)}`;
  return writeValue(value, inner);
}

function writeMembers(members: JsonMembers, indent: string): string {
  return [...members.keys()]
    .sort()
    .map((name) => writeMember(name, members.get(name) as JsonTree, indent))
    .join(`\n${indent}`);
}

/** Below a member a list is not indented further, an object is. */
function writeMember(name: string, value: JsonTree, indent: string): string {
  return `${yamlScalar(name, undefined)}:${writeValue(value, isList(value) ? indent : `${indent}  `)}`;
}

function writeScalar(value: Scalar, indent: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return typeof value === 'string' ? yamlScalar(value, indent) : value.text;
}

function isList(value: JsonTree): value is readonly JsonTree[] {
  return Array.isArray(value);
}

function isMembers(value: JsonTree): value is JsonMembers {
  return value instanceof Map;
}
