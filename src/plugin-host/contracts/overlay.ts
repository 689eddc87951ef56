/** The object with some members in the place of its own, whatever it keeps private; a member that it lacks stays away. */
export function overlay<Target extends object>(target: Target, members: Partial<Target>): Target {
  return new Proxy(target, {
    get(object, key) {
      const own: unknown = Reflect.get(object, key);
      if (typeof own !== 'function') return own;
      const replaced: unknown = Object.hasOwn(members, key) ? Reflect.get(members, key) : undefined;
      return replaced ?? own.bind(object);
    },
  });
}
