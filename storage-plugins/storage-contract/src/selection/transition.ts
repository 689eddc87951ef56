import type { WatchEvent } from '../watch.js';
import type { SelectableObject } from './selectable-object.js';

/** What a change did to an object; `before` is absent when it was created, `after` when it was deleted. */
export interface Transition<Side extends SelectableObject = SelectableObject> {
  readonly before: Side | undefined;
  readonly after: Side | undefined;
}

/** What a watcher with this filter sees of a change: which event, and the object that it carries. Undefined: nothing. */
export function observe<Side extends SelectableObject>(
  { before, after }: Transition<Side>,
  matches: (object: SelectableObject) => boolean,
): { readonly type: WatchEvent['type']; readonly object: Side } | undefined {
  const matched = before !== undefined && matches(before);
  if (after !== undefined && matches(after)) return { type: matched ? 'MODIFIED' : 'ADDED', object: after };
  return matched ? { type: 'DELETED', object: before } : undefined;
}
