#!/usr/bin/env node
// Stands in for the VS Code executable in front of @vscode/test-electron: takes the switches that runTests()
// passes and carries the run out in the browser workbench.
import path from 'node:path';
import { runInHost } from './host-runner.mjs';

const extensions = [];
let tests;
let workspace;
for (const argument of process.argv.slice(2)) {
  const named = /^--([\w-]+)(?:=(.*))?$/s.exec(argument);
  if (!named) workspace ??= path.resolve(argument);
  else if (named[1] === 'extensionDevelopmentPath') extensions.push(path.resolve(named[2]));
  else if (named[1] === 'extensionTestsPath') tests = path.resolve(named[2]);
}
if (!tests || extensions.length === 0) {
  console.error('usage: stand-in.mjs --extensionDevelopmentPath=FOLDER --extensionTestsPath=FILE [workspace]');
  process.exit(2);
}
process.exit(await runInHost({ extensions, tests, workspace, failedShot: process.env.UNLATCHED_FAILED_SHOT }));
