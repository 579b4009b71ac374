/** A comparison of plain data, places included, that remembers what it found alike: values are shared by the steps they stand in. */
export function createAlike(): (a: unknown, b: unknown) => boolean {
  const proven = new Map<object, object>();
  const alike = (a: unknown, b: unknown): boolean => {
    if (a === b) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b);
    if (proven.get(a) === b) return true;
    const same = alikeObjects(a, b, alike);
    if (same) proven.set(a, b);
    return same;
  };
  return alike;
}

function alikeObjects(a: object, b: object, alike: (a: unknown, b: unknown) => boolean): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => alike(item, b[index]));
  if (a instanceof Map) return b instanceof Map && a.size === b.size && [...a].every(([key, value]) => b.has(key) && alike(value, b.get(key)));
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((item) => b.has(item));
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && alike(Reflect.get(a, key), Reflect.get(b, key)));
}
/** Whether two pieces of plain data are alike, places included. */
export function alike(a: unknown, b: unknown): boolean {
  return a === b || createAlike()(a, b);
}
