import type { SourceFile } from '../text/source.js';
import type { AppliedFix, Finding } from './finding.js';

export function writeSuppression(_file: SourceFile, _finding: Finding): AppliedFix | undefined {
  return undefined;
}
