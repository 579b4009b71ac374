import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createEngine } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';
import { work } from '../support/worked.js';

const path = filePath('openapi.yaml');
const closed = '{ type: object, additionalProperties: false, properties: { a: { type: boolean } } }';

/** What one rule says of a document with so many operations: the text at each finding. */
function told(rule: string, count: number, operation: string): readonly string[] {
  const operations = Array.from({ length: count }, (_, index) => `  /things${index}:\n    put: ${operation}\n`).join('');
  const source = `openapi: 3.0.3\npaths:\n${operations}`;
  const engine = createEngine();
  engine.apply({ set: [{ path, text: source, revision: 1 }] });
  work(engine);
  return engine.findings(path).filter((one) => one.rule === rule).map(({ at }) => source.slice(at.span.start, at.span.end));
}
function body(schema: string): string {
  return `{ requestBody: { content: { application/json: { schema: ${schema} } } }, responses: { default: { description: any } } }`;
}

suite('what many operations of a document lack', () => {
  test('no answer to errors: told by operation while they are few, once where they are many', () => {
    const bare = "{ responses: { '200': { description: ok } } }";
    assert.deepEqual(told('openapi/missing-error-response', 30, bare), Array<string>(30).fill('responses'));
    assert.deepEqual(told('openapi/missing-error-response', 31, bare), ['paths']);
  });
  test('open bodies: told by schema while they are few, once where they are many', () => {
    assert.equal(told('openapi/open-request-object', 30, body(closed.replace('additionalProperties: false, ', ''))).length, 30);
    assert.deepEqual(told('openapi/open-request-object', 31, body(closed.replace('additionalProperties: false, ', ''))), ['paths']);
    assert.deepEqual(told('openapi/open-request-object', 31, body(closed)), []);
  });
  test('a page size that many operations take is told once', () => {
    const sized = '{ parameters: [{ name: rows, in: query, schema: { type: integer } }], responses: { default: { description: any } } }';
    assert.deepEqual(told('openapi/unbounded-input', 10, sized), Array<string>(10).fill('rows'));
    assert.deepEqual(told('openapi/unbounded-input', 11, sized), ['rows']);
  });
  test('texts without a length: each while they are few, by operation where they are many', () => {
    const two = body('{ type: object, additionalProperties: false, properties: { a: { type: string }, b: { type: string } } }');
    assert.equal(told('openapi/unbounded-input', 30, two).length, 60);
    assert.equal(told('openapi/unbounded-input', 31, two).length, 31);
  });
});
