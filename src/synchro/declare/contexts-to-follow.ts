import type { Kubeconfig } from '../connection/kubeconfig.js';

/** What `clusterdex kubeconfig --write` makes leads here: to a server like this one, not to a cluster. */
const shortcut = /\/apis\/clusterpedia\.io\/v1beta1\/resources(\/|$)/;

/** The contexts that are named, whatever they lead to; without a name all but shortcuts to what is stored, which would be stored once more. */
export function contextsToFollow(kubeconfig: Kubeconfig, named: readonly string[] = []): readonly string[] {
  return named.length > 0 ? named : kubeconfig.contexts.filter((context) => !isShortcut(kubeconfig, context));
}

function isShortcut(kubeconfig: Kubeconfig, context: string): boolean {
  try {
    return shortcut.test(kubeconfig.target(context).server);
  } catch {
    // What is wrong with it is told where it is followed.
    return false;
  }
}
