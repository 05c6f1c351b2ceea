// Validates responses against an OpenAPI 3.1 description: status, content type, body and header fields.
// Everything that is not described is an error.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

// Header fields of HTTP itself, which no operation describes.
const PLAIN_FIELDS = new Set(['content-length', 'content-type', 'date', 'connection', 'keep-alive', 'server']);
const PAGE_FIELDS = new Set(['content-security-policy', 'x-content-type-options', 'referrer-policy']);

export class Validator {
  constructor(description) {
    this.description = description;
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    addFormats(this.ajv);
    this.ajv.addSchema(description, 'description');
    this.schemas = new Map();
    this.paths = Object.entries(description.paths).map(([pattern, operations]) => ({
      pattern,
      operations,
      expression: new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    }));
    // Prefers the pattern with the longest literal, since `/stocks/{symbol}` also matches other paths.
    this.paths.sort((a, b) => a.pattern.split('{').length - b.pattern.split('{').length);
  }

  // Returns everything that is wrong with a response, as a list of sentences.
  check({ method, target, status, headers, body }) {
    const operation = this.operationFor(method, target);
    const found = this.responseFor(operation, method, status);
    if (!found) return [`${status} is not described`];
    return [
      ...this.checkHeaders(found, headers),
      ...(method === 'HEAD' ? [] : this.checkBody(found, headers, body)),
    ];
  }

  operationFor(method, target) {
    const path = decodeSafely(target.split('?')[0]);
    const item = this.paths.find(({ expression }) => expression.test(path));
    return item?.operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
  }

  responseFor(operation, method, status) {
    const other = this.description.components.responses.Other;
    if (method === 'OPTIONS' && status === 204) return { headers: other.headers };
    if (!operation) return status >= 400 ? other : undefined;
    const described = operation.responses[status] ?? (status >= 400 ? operation.responses.default : undefined);
    return described && this.resolve(described);
  }

  checkHeaders(response, headers) {
    const problems = [];
    const described = new Map(
      Object.entries(response.headers ?? {}).map(([name, header]) => [name.toLowerCase(), this.resolve(header)]),
    );
    for (const [name, header] of described) {
      if (headers[name] === undefined) {
        // Only a 405 has Allow, but it shares its description with other errors.
        if (name !== 'allow') problems.push(`the header ${name} is missing`);
        continue;
      }
      const number = header.schema.type === 'integer';
      problems.push(...this.validate(header.schema, number ? Number(headers[name]) : headers[name], `header ${name}`));
    }
    const optional = new Set(['age', 'x-cache', 'cache-status', 'retry-after', ...PLAIN_FIELDS, ...PAGE_FIELDS]);
    for (const name of Object.keys(headers))
      if (!described.has(name) && !optional.has(name)) problems.push(`the header ${name} is not described`);
    return problems;
  }

  checkBody(response, headers, body) {
    if (!response.content) return body.length > 0 ? ['there is a body, and none is described'] : [];
    const type = (headers['content-type'] ?? '').split(';')[0];
    const media = response.content[type];
    if (!media) return [`the content type ${type || '(none)'} is not described`];
    if (!type.endsWith('json')) return body.length > 0 ? [] : ['the body is empty'];
    try {
      return this.validate(media.schema, JSON.parse(body.toString('utf8')), 'body');
    } catch (error) {
      return [`the body is not JSON: ${error.message}`];
    }
  }

  validate(schema, value, where) {
    const key = JSON.stringify(schema);
    if (!this.schemas.has(key))
      this.schemas.set(key, this.ajv.compile(JSON.parse(key.replaceAll('"#/', '"description#/'))));
    const validate = this.schemas.get(key);
    return validate(value) ? [] : validate.errors.map((e) => `${where}${e.instancePath}: ${e.message}`);
  }

  resolve(node) {
    if (!node.$ref) return node;
    return node.$ref.slice(2).split('/').reduce((at, key) => at[key], this.description);
  }
}


function decodeSafely(path) {
  // Decodes letters only: an encoded slash does not separate segments.
  return path.replace(/%([0-7][0-9a-f])/gi, (all, hex) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return /[A-Za-z0-9.^&:-]/.test(character) ? character : all;
  });
}
