import { injectEvents } from './inject-events.js';
import { joinItems } from './join-items.js';
import type { Representation } from './representation.js';

/** Objects as they are stored. */
export const plainRepresentation: Representation = Object.freeze<Representation>({
  forList: (options) => options,
  forWatch: (options) => options,
  list: ({ opening, describe, describedAtEnd, injectEvents: withEvents }) => ({
    opening,
    describe,
    describedAtEnd,
    member: 'items',
    items: (batch) => joinItems(batch, withEvents),
  }),
  object: injectEvents,
  events:
    () =>
    ({ json }) =>
      json,
});
