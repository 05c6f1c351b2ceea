// Sends valid and invalid requests for everything that the description contains, so that the check does
// not depend on the requests of other tests.
export const QUESTIONS = [
  ['GET', '/'], ['GET', '/openapi.json'], ['GET', '/metrics'], ['GET', '/health'], ['GET', '/livez'],
  ['GET', '/readyz'], ['GET', '/circuit-breaker'], ['GET', '/circuit-breaker/alpha_vantage'], ['GET', '/circuit-breaker/nope'],
  ['GET', '/stocks/IBM'], ['GET', '/stocks/ibm'],
  ['HEAD', '/stocks/IBM'], ['OPTIONS', '/stocks/IBM'], ['DELETE', '/stocks/IBM'], ['GET', '/stocks/UNKNOWN1'],
  ['GET', '/stocks/a%20b'], ['GET', '/stocks/%zz'], ['GET', '/stocks/IBM?x=1'], ['GET', '/stocks'],
  ['GET', '/stocks?symbols=IBM,,MSFT,UNKNOWN1'], ['GET', '/stocks?symbols=IBM,MSFT'],
  ['GET', `/stocks?symbols=${Array(101).fill('A').join()}`], ['GET', '/stocks?symbols=A&symbols=B'],
  ['GET', '/stocks/IBM/history'], ['GET', '/stocks/IBM/history?days=100'],
  ...['-1', '0', '101', 'abc', ''].map((days) => ['GET', `/stocks/IBM/history?days=${days}`]),
  ['GET', '/search?q=tesco'], ['GET', '/search?q=UNKNOWN'], ['GET', '/search'], ['GET', '/markets'], ['GET', '/nope'],
  ['POST', '/circuit-breaker/alpha_vantage/reset'], ['GET', '/circuit-breaker/alpha_vantage/reset'],
];

export async function walk(base, ask = QUESTIONS, headers = {}) {
  const exchanges = [];
  for (const [method, target] of ask) exchanges.push(await exchange(base, method, target, headers));
  // Each entity tag that was received must lead to a 304.
  for (const { method, target, headers: answered } of [...exchanges])
    if (method === 'GET' && answered.etag && !target.startsWith('/circuit'))
      exchanges.push(await exchange(base, method, target, { 'If-None-Match': answered.etag }));
  return exchanges;
}

export async function exchange(base, method, target, headers = {}) {
  const response = await fetch(base + target, { method, headers, redirect: 'manual' });
  return {
    method,
    target,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}
