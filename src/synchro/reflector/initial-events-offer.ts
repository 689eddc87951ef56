import { builtinTypes } from '../../kube/builtin-types.js';

/** Whether a cluster offers initial events, as far as it was found out: shared by all its reflectors. */
export interface InitialEventsOffer {
  isOffered(group: string): boolean;
  refused(group: string): void;
  /** It is another server now. */
  forget(): void;
}

/** Milliseconds. Servers are replaced, and not all of them at once. */
const askAgainAfter = 3_600_000;

/** A group of the API server itself speaks for the whole cluster, any other for itself: another server may be behind it. */
export function createInitialEventsOffer(now: () => number = () => performance.now()): InitialEventsOffer {
  const refusals = new Map<string, number>();
  const isRefused = (group: string) => {
    const at = refusals.get(group);
    return at !== undefined && now() - at < askAgainAfter;
  };
  return {
    isOffered: (group) => !isRefused(everyGroup) && !isRefused(group),
    refused(group) {
      refusals.set(Object.hasOwn(builtinTypes, group) ? everyGroup : group, now());
    },
    forget: () => refusals.clear(),
  };
}

const everyGroup = '*';
