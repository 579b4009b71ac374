/** Counts the crashes of a server: after too many in a short time it is not started again. */
export class CrashLimit {
  private times: readonly number[] = [];

  constructor(
    readonly most: number,
    private readonly windowMs: number,
  ) {}

  /** Takes a crash at this time. How many there were lately, this one counted; undefined when it was one too many, after which counting begins anew. */
  next(now: number): number | undefined {
    this.times = [...this.times.filter((at) => now - at < this.windowMs), now];
    if (this.times.length <= this.most) return this.times.length;
    this.times = [];
    return undefined;
  }
}
