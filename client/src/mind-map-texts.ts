import * as vscode from 'vscode';
import { filterName } from './api-map/tree-texts.js';
import type { Texts } from './webview/texts.js';

/** Every text of the mind map in the language of the editor. */
export function mindMapTexts(): Texts {
  return {
    title: vscode.l10n.t('API Mind Map'),
    workspace: vscode.l10n.t('Workspace'),
    tree: vscode.l10n.t('Endpoints by path'),
    search: vscode.l10n.t('Search endpoints'),
    filter: vscode.l10n.t('Filters'),
    filters: {
      publicWrites: filterName('publicWrites', vscode.l10n),
      admin: filterName('admin', vscode.l10n),
      documented: filterName('documented', vscode.l10n),
      undocumented: filterName('undocumented', vscode.l10n),
      unserved: filterName('unserved', vscode.l10n),
      unknown: filterName('unknown', vscode.l10n),
    },
    legend: vscode.l10n.t('What the symbols mean'),
    risks: {
      'open-write': vscode.l10n.t('open write'),
      open: vscode.l10n.t('open'),
      unknown: vscode.l10n.t('not known'),
      guarded: vscode.l10n.t('guarded'),
      unserved: vscode.l10n.t('not served'),
    },
    states: {
      'open-write': vscode.l10n.t('changes something without authentication'),
      open: vscode.l10n.t('no authentication'),
      unknown: vscode.l10n.t('not known whether authenticated'),
      guarded: vscode.l10n.t('authenticated'),
      unserved: vscode.l10n.t('documented, but no route serves it'),
    },
    public: vscode.l10n.t('open to everybody by design'),
    zoomIn: vscode.l10n.t('Zoom in'),
    zoomOut: vscode.l10n.t('Zoom out'),
    fit: vscode.l10n.t('Fit to window'),
    export: vscode.l10n.t('Export...'),
    help: vscode.l10n.t('Enter: source. Space: open or close. + - 0: zoom. Shift and arrows: move.'),
    oneRoute: vscode.l10n.t('1 route'),
    manyRoutes: vscode.l10n.t('{0} routes'),
    oneFinding: vscode.l10n.t('1 finding'),
    manyFindings: vscode.l10n.t('{0} findings'),
    undocumented: vscode.l10n.t('undocumented'),
    shown: vscode.l10n.t('{0} of {1} routes'),
    oneGap: vscode.l10n.t('routes may be missing at 1 place'),
    manyGaps: vscode.l10n.t('routes may be missing at {0} places'),
    noneShown: vscode.l10n.t('No route matches the search and the filters.'),
    noRoutes: vscode.l10n.t('No routes were found in this workspace.'),
    loading: vscode.l10n.t('Reading the endpoints'),
    stopped: vscode.l10n.t('The language server is not running. Restart it to see the map.'),
  };
}
