/** The address of a rule's page below the product's homepage; of a homepage that is no repository, the homepage. */
export function pageUri(homepage: string, rule: string): string {
  const plain = homepage.replace(/[#?].*$/, '').replace(/\/$/, '');
  return /^https:\/\/github\.com\/[^/]+\/[^/]+$/.test(plain) ? `${plain}/blob/HEAD/docs/rules/${rule}.md` : plain;
}
