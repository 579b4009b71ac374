// Finds a desktop VS Code for the in-host tests.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** The editor's own executable beside the `code` script, which itself returns before a test run ends. */
function executableBeside(script) {
  const folder = path.dirname(realpathSync(script));
  const candidates = [
    path.join(folder, '..', 'code'),
    path.join(folder, '..', 'codium'),
    path.join(folder, '..', '..', '..', 'MacOS', 'Electron'),
    path.join(folder, '..', 'Code.exe'),
  ];
  return candidates.find((file) => existsSync(file));
}

/**
 * VSCODE_EXECUTABLE, else the editor behind `code` on the PATH where a display can show it; undefined when neither is
 * there. A VSCODE_EXECUTABLE that names no file is an error.
 */
export function desktopEditor(env = process.env) {
  if (env.VSCODE_EXECUTABLE) {
    if (!existsSync(env.VSCODE_EXECUTABLE)) throw new Error(`VSCODE_EXECUTABLE names no file: ${env.VSCODE_EXECUTABLE}`);
    return env.VSCODE_EXECUTABLE;
  }
  if (process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  const scripts = (env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'code'));
  const script = scripts.find((file) => existsSync(file));
  return script === undefined ? undefined : executableBeside(script);
}
