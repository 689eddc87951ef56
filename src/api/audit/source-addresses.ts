import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Where a request comes from, the nearest last. All but that one were written by whoever sent it. */
export function sourceAddresses({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): readonly string[] {
  const { 'x-forwarded-for': forwarded, 'x-real-ip': real } = headers;
  const addresses = [forwarded ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => isIP(value) !== 0);
  if (typeof real === 'string' && isIP(real) !== 0 && !addresses.includes(real)) addresses.push(real);
  const remote = withoutPrefix(socket.remoteAddress);
  if (remote !== undefined && addresses.at(-1) !== remote) addresses.push(remote);
  return addresses;
}

/** Node tells IPv4 clients of an IPv6 socket as `::ffff:127.0.0.1`. */
function withoutPrefix(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '');
}
