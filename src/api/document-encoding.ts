import { createJsonIndenter, indentJson } from '../kube/document/indent-json.js';
import { type JsonMembers, parseJsonTree } from '../kube/document/parse-json-tree.js';
import { writeYaml, writeYamlElement, writeYamlMember } from '../kube/document/write-yaml.js';
import { storedText } from '../kube/table/stored-text.js';
import type { ListContent, ListSummary } from './list-content.js';

export type Piece = string | Uint8Array;

/** How JSON is written to a client. */
export interface DocumentEncoding {
  readonly contentType: string;
  /** A whole document. */
  document(json: Uint8Array): Uint8Array;
  /** A document that holds a list, piece by piece. */
  list(content: ListContent): ListEncoder;
}

export interface ListEncoder {
  /** Everything in front of the items. Without a summary the list is described behind them. */
  open(summary: ListSummary | undefined): Piece;
  /** Some more items, with commas between them; never empty. */
  items(json: Uint8Array): readonly Piece[];
  /** Everything behind the items. With a summary the list is described here. */
  close(summary: ListSummary | undefined): Piece;
}

const comma = Buffer.from(',');

/** As it is stored: what a list holds goes out uncopied. */
export const jsonEncoding: DocumentEncoding = Object.freeze({
  contentType: 'application/json',
  document: (json: Uint8Array) => json,
  list({ opening, describe, member }: ListContent): ListEncoder {
    let isFirst = true;
    return {
      open: (summary) => `${opening}${summary === undefined ? '' : describe(summary)},"${member}":[`,
      items(json) {
        if (!isFirst) return [comma, json];
        isFirst = false;
        return [json];
      },
      close: (summary) => `]${summary === undefined ? '' : describe(summary)}}\n`,
    };
  },
});

export const indentedEncoding: DocumentEncoding = Object.freeze({
  contentType: 'application/json',
  document: indentJson,
  list(content: ListContent): ListEncoder {
    const encoder = jsonEncoding.list(content);
    const indenter = createJsonIndenter();
    const indent = (piece: Piece) => indenter.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    return {
      open: (summary) => indent(encoder.open(summary)),
      items: (json) => encoder.items(json).map(indent),
      close: (summary) => indent(encoder.close(summary)),
    };
  },
});

export const yamlEncoding: DocumentEncoding = Object.freeze({
  contentType: 'application/yaml',
  document: (json: Uint8Array) => Buffer.from(writeYaml(parseJsonTree(storedText(json)))),
  list({ opening, describe, member }: ListContent): ListEncoder {
    const membersOf = (text: string) => parseJsonTree(`${text}}`) as JsonMembers;
    let isEmpty = true;
    let behind: JsonMembers = new Map();
    return {
      open(summary) {
        behind = membersOf(opening + (summary === undefined ? '' : describe(summary)));
        return writeMembers(behind, (name) => name < member);
      },
      items(json) {
        const elements = parseJsonTree(`[${storedText(json)}]`) as readonly Parameters<typeof writeYamlElement>[0][];
        const text = elements.map(writeYamlElement).join('');
        if (!isEmpty) return [text];
        isEmpty = false;
        return [`${member}:\n${text}`];
      },
      close(summary) {
        const rest = writeMembers(behind, (name) => name > member);
        const late = summary === undefined ? '' : writeMembers(membersOf(`{${describe(summary).slice(1)}`), () => true);
        return `${isEmpty ? `${member}: []\n` : ''}${rest}${late}`;
      },
    };
  },
});

function writeMembers(members: JsonMembers, wanted: (name: string) => boolean): string {
  return [...members]
    .filter(([name]) => wanted(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => writeYamlMember(name, value))
    .join('');
}
