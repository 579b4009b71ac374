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
