/** Everything a command touches besides files. */
export interface Terminal {
  readonly cwd: string;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly colours: boolean;
  readonly version: string;
  /** Where the product's pages stand, if anywhere. */
  readonly homepage: string | undefined;
  out(text: string): void;
  err(text: string): void;
  /** Shows a step of the work, where somebody watches; the next output removes it. */
  progress(done: number, total: number, what: string): void;
  /** Milliseconds of a steady clock. */
  now(): number;
  stdin(): Promise<Uint8Array>;
}

/** Text that cannot steer a terminal: control characters become a mark. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
