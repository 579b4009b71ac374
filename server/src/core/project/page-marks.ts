const ROUTE = /(^|\/)(app\/(.*\/)?route|pages\/api\/.*)\.[cm]?[jt]sx?$/;
const PAGE = /(^|\/)(app\/(.*\/)?page|pages\/(?!api\/).*)\.[cm]?[jt]sx?$/;

/** What the place of a file makes it in Next.js (15): 'page file' or 'route file'; nothing for any other path. */
export function* pageMarks(path: string): Iterable<string> {
  if (PAGE.test(path)) yield 'page file';
  if (ROUTE.test(path)) yield 'route file';
}
