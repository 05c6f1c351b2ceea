// Starts a program and waits until it prints its address.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function start(binary, args, environment = {}) {
  const child = spawn(binary, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const failed = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${binary} ended with ${code} before it listened`)));
  });
  failed.catch(() => {});
  const port = await Promise.race([listening(child.stdout), failed]);
  return { port, base: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

async function listening(stdout) {
  for await (const line of createInterface({ input: stdout })) {
    const found = /^listening on .*:(\d+)$/.exec(line);
    if (found) return Number(found[1]);
  }
  throw new Error('no port was printed');
}

function stop(child) {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGINT');
  });
}
