/**
 * 64 bits of a text as 14 characters of base 36, quick enough for hundreds of tokens an object. The salt of a store keeps anybody from
 * making two texts that are taken for one.
 */
export function saltedHash(text: string, [low, high]: readonly [number, number]): string {
  let a = 0xdeadbeef ^ low;
  let b = 0x41c6ce57 ^ high;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (a >>> 0).toString(36).padStart(7, '0') + (b >>> 0).toString(36).padStart(7, '0');
}
