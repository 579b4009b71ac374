// Runs a test entry (`export run()`) inside the extension host of the browser workbench. The workbench calls
// window.codeAutomationExit(code) when run() settles: 0 when it resolved, 1 when it rejected.
import { writeFileSync } from 'node:fs';
import { openBrowser } from './browser.mjs';
import { quietTypeScript, startWorkbench } from './workbench.mjs';

const runLimitMs = Number(process.env.UNLATCHED_HOST_LIMIT_MS ?? 180_000);

/** The exit status of the run. `failedShot`: where a picture and the console go when the run did not end by itself. */
export async function runInHost({ extensions, tests, workspace, failedShot }) {
  const bench = await startWorkbench({ userSettings: quietTypeScript });
  const { browser, page } = await openBrowser();
  const heard = [];
  page.on('console', (message) => heard.push(message.text().slice(0, 2000)));
  let timer;
  try {
    const exit = new Promise((resolve) => void page.exposeFunction('codeAutomationExit', (code) => resolve(code)));
    await page.exposeFunction('codeAutomationLog', () => {});
    const remote = (file) => ({ scheme: 'vscode-remote', authority: `127.0.0.1:${bench.port}`, path: file });
    // A built VS Code ignores the extension keys of the `payload` query but honours the embedder option
    // `developmentOptions`; so add it where the page reads its options. Rewriting the page with page.route
    // would make Chromium block the WebSockets, as the page would no longer come from loopback.
    await page.addInitScript(
      (developmentOptions) => {
        const original = Element.prototype.getAttribute;
        Element.prototype.getAttribute = function (name) {
          const value = original.call(this, name);
          if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration') return value;
          return JSON.stringify({ ...JSON.parse(value), developmentOptions });
        };
      },
      { extensions: extensions.map(remote), extensionTestsPath: remote(tests) },
    );
    await page.goto(bench.url(workspace));
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`the run did not end within ${runLimitMs / 1000} s`)), runLimitMs);
    });
    return await Promise.race([exit, late]);
  } catch (error) {
    console.error(String(error));
    if (failedShot) {
      await page.screenshot({ path: failedShot }).catch(() => {});
      writeFileSync(`${failedShot}.txt`, `${heard.join('\n')}\n---- server\n${bench.output()}`);
    }
    return 1;
  } finally {
    clearTimeout(timer);
    await browser.close();
    await bench.stop();
  }
}
