/** What is asked once for each key, for as long as the function lives that this gives. */
export function memo<K, V>(find: (key: K) => V): (key: K) => V {
  const known = new Map<K, { readonly value: V }>();
  return (key) => {
    const before = known.get(key);
    if (before) return before.value;
    const value = find(key);
    known.set(key, { value });
    return value;
  };
}
/** The answer is made once for each object, and kept for as long as the object is. */
export function kept<O extends object, T extends object | string | boolean>(make: (of: O) => T): (of: O) => T {
  const known = new WeakMap<O, T>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const made = make(of);
    known.set(of, made);
    return made;
  };
}
