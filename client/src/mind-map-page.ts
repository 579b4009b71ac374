import { filters } from './api-map/filters.js';
import { risks } from './api-map/risk.js';
import { dashes, symbols } from './webview/symbols.js';
import { escaped } from './webview/svg.js';
import type { Texts } from './webview/texts.js';

/** What the page needs from the editor. */
export interface PageParts {
  /** New for each page: only scripts that carry it run. */
  readonly nonce: string;
  /** Where files of the extension come from. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** The language of the texts, as HTML names it. */
  readonly language: string;
  readonly texts: Texts;
}

/** The page of the mind map. Nothing is loaded but its own script and style, and nothing is asked of a network. */
export function pageOf({ nonce, cspSource, script, style, language, texts }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  const button = (id: string, text: string, label: string): string =>
    `<button type="button" id="${id}" title="${escaped(label)}" aria-label="${escaped(label)}">${escaped(text)}</button>`;
  const filterButtons = filters.map(
    (filter) => `<button type="button" id="filter-${filter}" aria-pressed="false">${escaped(texts.filters[filter])}</button>`,
  );
  const legend = risks.map((risk) => {
    const { outline, sign, dashed } = symbols[risk];
    const stroke = dashed ? ` stroke-dasharray="${dashes}"` : '';
    const symbol = `<svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true"><g class="key ${risk}"><path class="outline" d="${outline}"${stroke}/><path class="sign" d="${sign}"/></g></svg>`;
    return `<li>${symbol}<span>${escaped(texts.risks[risk])}</span> <span class="count" id="count-${risk}"></span></li>`;
  });
  // A script may hold no end of a script.
  const data = JSON.stringify(texts).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(texts.title)}</title>
<link rel="stylesheet" href="${escaped(style)}">
</head>
<body>
<header>
<h1 class="unseen">${escaped(texts.title)}</h1>
<div role="search"><input type="search" id="query" aria-label="${escaped(texts.search)}" placeholder="${escaped(texts.search)}" spellcheck="false" autocomplete="off"></div>
<div class="group" role="group" aria-label="${escaped(texts.filter)}">${filterButtons.join('')}</div>
<div class="group end">${button('zoom-out', '\u2212', texts.zoomOut)}${button('zoom-in', '+', texts.zoomIn)}${button('fit', '\u2922', texts.fit)}<button type="button" id="export">${escaped(texts.export)}</button></div>
</header>
<main>
<svg id="map" role="tree" aria-label="${escaped(texts.tree)}" aria-describedby="help"><g id="plane" role="none"><g class="links" aria-hidden="true"></g><g class="nodes" role="none"></g><g class="notes" aria-hidden="true"></g></g></svg>
<p id="empty">${escaped(texts.loading)}</p>
</main>
<footer>
<ul id="legend" aria-label="${escaped(texts.legend)}">${legend.join('')}</ul>
<p id="status" class="end" role="status"></p>
<p id="help">${escaped(texts.help)}</p>
</footer>
<script type="application/json" id="texts" nonce="${nonce}">${data}</script>
<script nonce="${nonce}" src="${escaped(script)}"></script>
</body>
</html>
`;
}
