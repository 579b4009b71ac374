import type { InventoryForm } from './form.js';
import { http } from './http.js';
import { markdown } from './markdown.js';
import { mermaid } from './mermaid.js';
import { openapi } from './openapi.js';

/** The forms that are written for other tools and for people, in the order in which they are named. */
export const inventoryForms: readonly InventoryForm[] = [openapi, mermaid, markdown, http];
