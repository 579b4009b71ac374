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
  test('texts without a length: each while they are few, by operation where they are many, once where operations are', () => {
    const two = body('{ type: object, additionalProperties: false, properties: { a: { type: string }, b: { type: string } } }');
    const three = two.replace('b: ', 'c: { type: string }, b: ');
    assert.equal(told('openapi/unbounded-input', 30, two).length, 60);
    assert.equal(told('openapi/unbounded-input', 21, three).length, 21);
    assert.deepEqual(told('openapi/unbounded-input', 31, two), ['paths']);
  });
  test('refusals, answers to invalid input, and bodies of any type: once where they are many', () => {
    const refused = "{ security: [{ jwt: [] }], responses: { '200': { description: ok }, '500': { description: any } } }";
    assert.deepEqual(told('openapi/missing-auth-responses', 30, refused), Array<string>(30).fill('responses'));
    assert.deepEqual(told('openapi/missing-auth-responses', 31, refused), ['paths']);
    assert.deepEqual(told('openapi/missing-auth-responses', 31, refused.replace("'500'", "'401': { description: any }, '500'")), ['paths']);
    const takes = body(closed).replace('default', "'500'");
    assert.equal(told('openapi/missing-error-response', 30, takes).length, 30);
    assert.deepEqual(told('openapi/missing-error-response', 31, takes), ['paths']);
    const any = body(closed).replace('application/json', "'*/*'");
    assert.equal(told('openapi/open-request-object', 30, any).length, 30);
    assert.deepEqual(told('openapi/open-request-object', 31, any), ['paths']);
  });
  test('one operation that describes failures leaves it the habit of the others not to', () => {
    const lacking = "{ responses: { '404': { description: none } } }";
    assert.deepEqual(told('openapi/missing-error-response', 3, `${lacking}\n    get: { responses: { '500': { description: any } } }`).length, 3);
    assert.deepEqual(told('openapi/missing-error-response', 3, `${lacking}\n    patch: ${lacking}\n    get: { responses: { '500': { description: any } } }`), ['paths']);
  });
  test('the same fault written out again: once where it is many', () => {
    const open = body(closed.replace('false', 'true'));
    assert.equal(told('openapi/open-request-object', 5, open).length, 5);
    assert.deepEqual(told('openapi/open-request-object', 6, open), ['paths']);
    const leaking = "{ responses: { default: { description: any, content: { application/json: { schema: { type: object, properties: { callstack: { type: string } } } } } } } }";
    assert.equal(told('openapi/error-schema-leak', 5, leaking).length, 5);
    assert.deepEqual(told('openapi/error-schema-leak', 6, leaking), ['callstack']);
  });
});
