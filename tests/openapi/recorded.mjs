// The requests and responses that the integration tests recorded (see tests/support/exchange_recorder.h).
import { readdirSync, readFileSync } from 'node:fs';

// Responses of the simulator, which has its own protocol.
const NOT_OURS = /^\/(query|_control)\b/;

export function recordedExchanges(folder) {
  return readdirSync(folder).flatMap((file) =>
    readFileSync(`${folder}/${file}`, 'latin1')
      .split('\n')
      .filter(Boolean)
      .map(parseLine)
      .filter(({ target }) => !NOT_OURS.test(target)),
  );
}

function parseLine(line) {
  const [method, target, answer] = line.split(' ');
  const bytes = Buffer.from(answer, 'hex');
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine, ...fields] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  return {
    method,
    target: Buffer.from(target, 'hex').toString('latin1'),
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: bytes.subarray(end + 4),
  };
}
