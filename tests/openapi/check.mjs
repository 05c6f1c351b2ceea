// Usage: node check.mjs BINARIES [EXCHANGES]
// Lints /openapi.json, validates the responses to a walk over all endpoints and those that the integration
// tests recorded, and calls the simulator with an independent Alpha Vantage client.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askIndependently } from './independent_client.mjs';
import { start } from './processes.mjs';
import { recordedExchanges } from './recorded.mjs';
import { Validator } from './validator.mjs';
import { exchange, walk } from './walk.mjs';

const [binaries, exchangesFolder] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'openapi-check-'));
const started = [];
let failures = 0;

function report(what, problems) {
  failures += problems.length;
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${what}`);
  for (const problem of [...new Set(problems)].slice(0, 20)) console.log(`      ${problem}`);
}

function lint(text) {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, text);
  const spectral = join(here, 'node_modules/.bin/spectral');
  try {
    execFileSync(spectral, ['lint', file, '--ruleset', join(here, '.spectral.yaml'), '--fail-severity=hint'], {
      encoding: 'utf8',
    });
    return [];
  } catch (error) {
    return error.stdout.split('\n').filter((line) => /warning|error|hint|info/.test(line));
  }
}

function validate(validator, exchanges) {
  return exchanges.flatMap((one) =>
    validator.check(one).map((problem) => `${one.method} ${one.target.slice(0, 60)} ${one.status}: ${problem}`),
  );
}

async function walkThroughAnOutage(service, simulator) {
  const admin = { Authorization: 'Bearer token-of-the-check' };
  const mode = (name) => fetch(`${simulator.base}/_control/mode`, { method: 'PUT', body: JSON.stringify({ mode: name }) });
  const exchanges = await walk(service.base);
  for (const action of ['force-open', 'reset', 'force-close', 'reset'])
    exchanges.push(await exchange(service.base, 'POST', `/circuit-breaker/alpha_vantage/${action}`, admin));
  exchanges.push(await exchange(service.base, 'POST', '/circuit-breaker/nope/reset', admin));
  for (const name of ['premium', 'data-fault', 'error']) {
    await mode(name);
    for (let i = 0; i < 6; ++i) exchanges.push(await exchange(service.base, 'GET', `/stocks/COLD${name[0]}${i}`));
  }
  return [...exchanges, ...(await walk(service.base))];
}

try {
  const simulator = await start(`${binaries}/alphavantage-simulator`, ['--port', '0']);
  started.push(simulator);
  const token = join(folder, 'token');
  writeFileSync(token, 'token-of-the-check', { mode: 0o600 });
  const service = await start(
    `${binaries}/stock-service`,
    ['--port', '0', '--upstream-url', simulator.base, '--quota-plan', 'unlimited', '--market-hours', 'off',
      '--fresh-ttl', '10ms', '--admin-token-file', token, '--upstream-timeout', '500ms'],
    { ALPHAVANTAGE_API_KEY: 'key-of-the-check' },
  );
  started.push(service);

  const text = await (await fetch(`${service.base}/openapi.json`)).text();
  report('/openapi.json passes spectral', lint(text));
  const validator = new Validator(JSON.parse(text));
  const walked = await walkThroughAnOutage(service, simulator);
  report(`${walked.length} answers of a walk over the surface are as described`, validate(validator, walked));
  if (exchangesFolder) {
    const recorded = recordedExchanges(exchangesFolder);
    const none = recorded.length === 0 ? ['no exchange was recorded'] : [];
    report(`${recorded.length} answers of the integration tests are as described`, [...none, ...validate(validator, recorded)]);
  }
  await fetch(`${simulator.base}/_control/mode`, { method: 'PUT', body: '{"mode":"ok"}' });
  report('an independent Alpha Vantage client is served by the simulator', await askIndependently(simulator.base));
} finally {
  await Promise.all(started.map((one) => one.stop()));
  rmSync(folder, { recursive: true });
}
process.exitCode = failures > 0 ? 1 : 0;
