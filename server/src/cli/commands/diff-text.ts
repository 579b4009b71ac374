const CONTEXT = 3;

/** A unified diff of two texts that differ in one stretch of lines; edits far apart become one hunk with what stands between. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const a = lines(before);
  const b = lines(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  if (head === a.length && head === b.length) return '';
  const from = Math.max(0, head - CONTEXT);
  const stopA = Math.min(a.length, a.length - tail + CONTEXT);
  const stopB = Math.min(b.length, b.length - tail + CONTEXT);
  const body = [
    ...a.slice(from, head).map((line) => ` ${line}`),
    ...a.slice(head, a.length - tail).map((line) => `-${line}`),
    ...b.slice(head, b.length - tail).map((line) => `+${line}`),
    ...a.slice(a.length - tail, stopA).map((line) => ` ${line}`),
  ];
  return [`--- a/${path}`, `+++ b/${path}`, `@@ -${from + 1},${stopA - from} +${from + 1},${stopB - from} @@`, ...body, ''].join('\n');
}
function lines(text: string): string[] {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
}
