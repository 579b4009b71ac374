import * as vscode from 'vscode';
import { chosenFolder, exists } from './folder-files.js';

const starter = `# Policy for Unlatched. Every key is optional.
# The nearest unlatched.yml above a file holds for it.
version: 1

# Show findings from this confidence on: low, medium or high.
minConfidence: low

# Level by rule: error, warning, info, hint or off.
rules: {}

# Files that are left out, relative to this folder.
exclude: []

# Methods an endpoint may use, and exceptions by path.
# methods:
#   allow: [GET, POST, DELETE]
#   paths:
#     /admin/**: [GET]

# Origins this project trusts, and paths any website may read.
# cors:
#   origins: [https://app.example.com]
#   publicPaths: [/fonts/**]

# Own middleware that checks who calls, and paths that are public on purpose.
# auth:
#   guards: [requireUser]
#   roleGuards: [requireAdmin]
#   publicPaths: [/v1/catalog/**]
`;

/** Writes a commented unlatched.yml into a workspace folder, unless there is one, and opens it. */
export async function createPolicyFile(): Promise<void> {
  const folder = await chosenFolder(vscode.l10n.t('Open a folder first: the policy file belongs to a project.'));
  if (!folder) return;
  const uri = vscode.Uri.joinPath(folder.uri, 'unlatched.yml');
  if (!(await exists(uri))) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(starter));
  await vscode.window.showTextDocument(uri);
}
