/** What the editor gives to a page of a webview. */
export interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** An element of the page, which the extension wrote: one that is missing is a mistake of ours. */
export function element<T extends Element>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/** Measures texts in the font of the page. */
export function createMeasure(): (text: string, bold: boolean) => number {
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  const { fontFamily } = getComputedStyle(document.body);
  return (text, bold) => {
    const key = `${bold ? 'b' : 'n'}${text}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (context) context.font = bold ? `600 13px ${fontFamily}` : `12px ${fontFamily}`;
    const width = Math.ceil(context?.measureText(text).width ?? text.length * 8);
    // Names come and go while somebody types.
    if (known.size > 20_000) known.clear();
    known.set(key, width);
    return width;
  };
}
