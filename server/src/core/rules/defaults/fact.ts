/** What a library does when nothing is said, or with a setting a rule judges. */
export interface LibraryDefault {
  /** `package/what`, for example `express-session/cookie-flags`. */
  readonly id: string;
  /** The package as users know it. */
  readonly name: string;
  /** The version that was run; equal to the pinned development dependency. */
  readonly version: string;
  /** The key of that development dependency: another name than the package's where several versions are run (`helmet3`), `node` for Node.js itself. */
  readonly installed: string;
  /** One plain sentence. */
  readonly says: string;
}
