import type { MapContent, MapItem } from '../../../client/src/webview/item.js';
import type { Texts } from '../../../client/src/webview/texts.js';

export const folder = 'file:///shop';

/** One endpoint, written `PUT /files`, guarded unless said otherwise. */
export function item(name: string, more: Partial<MapItem> = {}): MapItem {
  const at = name.indexOf(' ');
  return {
    id: `${folder}#${name}`,
    folder,
    method: name.slice(0, at),
    path: name.slice(at + 1),
    framework: 'express',
    place: { uri: `${folder}/app.js`, line: 3, character: 4 },
    chain: [],
    authentication: 'guarded',
    documented: 'unknown',
    public: false,
    admin: false,
    complete: true,
    findings: [],
    ...more,
  };
}
export function content(...items: readonly MapItem[]): MapContent {
  return { folders: [{ uri: folder, name: 'shop' }], items, unserved: [], gaps: 0 };
}
/** So many endpoints: areas of ten resources of five methods. */
export function many(number: number): MapContent {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  return content(
    ...Array.from({ length: number }, (_, index) => {
      const resource = Math.floor(index / 5);
      return item(`${methods[index % 5] ?? ''} /area-${Math.floor(resource / 10)}/resource-${resource % 10}`);
    }),
  );
}
export const texts: Texts = {
  title: 'API Mind Map',
  workspace: 'Workspace',
  tree: 'Endpoints',
  search: 'Search',
  filter: 'Filters',
  filters: { publicWrites: 'Public writes', admin: 'Admin', documented: 'Documented', undocumented: 'Undocumented', unserved: 'Not served', unknown: 'Unknown' },
  legend: 'Legend',
  risks: { 'open-write': 'open write', open: 'open', unknown: 'not known', guarded: 'guarded', unserved: 'not served' },
  states: { 'open-write': 'no authentication, writes', open: 'no authentication', unknown: 'not known', guarded: 'authenticated', unserved: 'no route serves it' },
  public: 'public by design',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'Fit',
  export: 'Export...',
  help: 'Help',
  oneRoute: '1 route',
  manyRoutes: '{0} routes',
  oneFinding: '1 finding',
  manyFindings: '{0} findings',
  undocumented: 'undocumented',
  shown: '{0} of {1} routes',
  oneGap: '1 gap',
  manyGaps: '{0} gaps',
  noneShown: 'None',
  noRoutes: 'No routes',
  loading: 'Loading',
  stopped: 'Stopped',
};
