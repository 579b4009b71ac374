/** Folders of papers about single persons. */
const PAPERS = /^(passports?|cvs?|resumes?|payslips?|invoices?|medical([-_]\w{1,30})?|patients?|prescriptions?|consents?([-_]forms?)?|id[-_]?(cards?|docs|documents|scans)|identity[-_]?(cards?|documents)|kyc|bank[-_]?statements)$/i;

/** A folder holds papers about single persons, by its last name. */
export function holdsPapers(folder: string): boolean {
  return PAPERS.test(folder.slice(folder.lastIndexOf('/') + 1));
}
