import { humanDuration } from '../printers/human-duration.js';
import type { Cell, RowCondition } from '../printers/printer.js';

/** Stands in a row text around a time, where its age comes in; JSON never holds this character as it is. */
const mark = '\u0001';

/**
 * The JSON of a row from behind its first cell up to its object, with a marked time wherever an age belongs. It is the same at any
 * time, so it can be made when an object is written, and turned into the text of a row when it is read.
 */
export function encodeRow(cells: readonly Cell[], conditions?: readonly RowCondition[]): string {
  const text = `${cells.map(encodeCell).join(',')}]`;
  return conditions === undefined ? text : `${text},"conditions":${JSON.stringify(conditions)}`;
}

/** The JSON of what encodeRow has encoded, at `now` in milliseconds since the epoch. */
export function renderRow(text: string, now: number): string {
  let start = text.indexOf(mark);
  if (start < 0) return text;
  let rendered = '';
  let done = 0;
  while (start >= 0) {
    const end = text.indexOf(mark, start + 1);
    if (end < 0) break;
    rendered += text.slice(done, start) + humanDuration(now - Number(text.slice(start + 1, end)));
    done = end + 1;
    start = text.indexOf(mark, done);
  }
  return rendered + text.slice(done);
}

function encodeCell(cell: Cell): string {
  if (typeof cell === 'bigint') return `${cell}`;
  if (typeof cell !== 'object' || cell === null) return JSON.stringify(cell);
  const { before = '', since, after = '' } = cell;
  return `${JSON.stringify(before).slice(0, -1)}${mark}${since}${mark}${JSON.stringify(after).slice(1)}`;
}
