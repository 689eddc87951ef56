const loopbackHost = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
let lastAllowed: string | undefined;

/**
 * Whether a Host header names this machine's loopback. A web page can make a browser ask a loopback server under the page's own name
 * (DNS rebinding) and read the answer; a server without authentication has to refuse that.
 */
export function isAllowedHost(host: string | undefined): boolean {
  if (host === undefined || host === lastAllowed) return true;
  if (!loopbackHost.test(host)) return false;
  lastAllowed = host;
  return true;
}
