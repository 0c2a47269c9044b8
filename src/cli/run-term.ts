import { Dialogue } from '../automation/terminal/dialogue.ts';
import { openTerminal } from '../automation/terminal/open-terminal.ts';
import { ActionError, TimeoutError, UsageError } from '../rfb/errors.ts';
import { describeDuration, MAX_TIMER_MS, within } from '../rfb/session/deadline.ts';
import type { Terminal, TerminalSize } from '../transports/transport.ts';
import { credentialsFrom, readSetting } from './credentials.ts';
import { printJson, writeStdout } from './output.ts';
import type { Settings } from './settings.ts';
import { type TermStep, typedLines } from './term-steps.ts';
import { timeLimit } from './with-console.ts';

export interface TermTask {
  readonly settings: Settings;
  readonly steps: readonly TermStep[];
  readonly size: TerminalSize | undefined;
  readonly json: boolean;
  /** Aborted by being told to stop. */
  readonly interrupted: AbortSignal;
}

/** Ctrl-], as telnet and virsh have it. */
const ESCAPE = 0x1d;
/** Of what is printed, where it goes into a document. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/** Ctrl-D: the end of what is typed. */
const END_OF_INPUT = '\u0004';

/** Opens a text console and does what is wanted with it; it is closed whatever happens. */
export async function runTerm(task: TermTask): Promise<void> {
  const { settings, steps, json, interrupted } = task;
  const interactive = steps.length === 0 && Boolean(process.stdin.isTTY);
  if (interactive && json)
    throw new UsageError('BAD_OPTION', '--json needs --send, --expect or a standard input that is no terminal');
  const files = await readFiles(steps);
  const timeoutMs = interactive ? (settings.timeoutMs ?? Number.POSITIVE_INFINITY) : timeLimit(settings, 0);
  const deadline = new AbortController();
  const describe = () =>
    `${settings.name}: the text console was not done with within ${describeDuration(timeoutMs)}; --timeout allows more`;
  const timer = Number.isFinite(timeoutMs)
    ? setTimeout(() => deadline.abort(new TimeoutError(describe())), Math.min(timeoutMs, MAX_TIMER_MS))
    : undefined;
  const signal = AbortSignal.any([interrupted, deadline.signal]);
  try {
    const terminal = await openTerminal(settings.address, {
      ...settings.connect,
      credentials: credentialsFrom(settings.credentials, signal),
      size: task.size ?? sizeOfOurs(),
      signal,
    });
    try {
      if (interactive) await converse(terminal, task, signal);
      else await play(terminal, task, files, signal);
    } finally {
      await terminal.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Steps, or standard input. What is printed goes to stdout as it is; with --json it is in the document. */
async function play(
  terminal: Terminal,
  { steps, json }: TermTask,
  files: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const printed: Uint8Array[] = [];
  let length = 0;
  const keep = (bytes: Uint8Array) => {
    printed.push(bytes.slice());
    length += bytes.length;
    if (length > MAX_DOCUMENT) {
      const message = `${terminal.name} printed more than ${MAX_DOCUMENT} bytes, which is too much for a document: leave --json out`;
      throw new ActionError('ACTION_FAILED', message);
    }
  };
  const onOutput = json ? keep : writeStdout;
  const dialogue = new Dialogue(terminal, { onOutput });
  const matched: string[] = [];
  for (const step of steps) {
    if (step.kind === 'send') await dialogue.send(step.text);
    else if (step.kind === 'sendFile') await dialogue.send(files.get(step.file) ?? '');
    else matched.push((await dialogue.expect(step.pattern, { timeoutMs: Number.POSITIVE_INFINITY, signal })).match);
  }
  if (steps.length === 0) await typeStdin(dialogue, signal);
  if (json) await printJson({ matched, output: Buffer.concat(printed).toString('utf8') });
}

async function typeStdin(dialogue: Dialogue, signal: AbortSignal): Promise<void> {
  const { stdin } = process;
  const typing = (async () => {
    for await (const text of stdin.setEncoding('utf8')) await dialogue.send(typedLines(text));
    await dialogue.send(END_OF_INPUT);
  })();
  typing.catch(() => {});
  const describe = (waitedMs: number) =>
    `${dialogue.terminal.name} did not end within ${describeDuration(waitedMs)}; --timeout allows more`;
  try {
    await within(dialogue.ended, { signal, describe });
  } finally {
    stdin.destroy();
  }
}

/** A person at our terminal, until the other side ends or Ctrl-] is pressed. */
async function converse(terminal: Terminal, { settings }: TermTask, signal: AbortSignal): Promise<void> {
  const { stdin, stdout, stderr } = process;
  stderr.write(`rfbctl: connected to ${settings.name}; Ctrl-] leaves\n`);
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const onTyped = (bytes: Buffer) => {
    const end = bytes.indexOf(ESCAPE);
    // What ends the connection is told by the dialogue.
    const written = terminal.write(end < 0 ? bytes : bytes.subarray(0, end)).catch(() => {});
    if (end >= 0) void written.then(leave);
  };
  const onResize = () => {
    const size = sizeOfOurs();
    if (size) terminal.resize(size).catch(() => {});
  };
  stdin.setRawMode(true).on('data', onTyped);
  stdout.on('resize', onResize);
  try {
    const dialogue = new Dialogue(terminal, { onOutput: writeStdout });
    const describe = (waitedMs: number) => `${settings.name}: the time is up after ${describeDuration(waitedMs)}`;
    await within(Promise.race([dialogue.ended, left]), { signal, describe });
  } finally {
    stdout.off('resize', onResize);
    stdin.off('data', onTyped).setRawMode(false).pause();
    stderr.write('\n');
  }
}

function sizeOfOurs(): TerminalSize | undefined {
  const { columns, rows } = process.stdout;
  return process.stdout.isTTY && columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

async function readFiles(steps: readonly TermStep[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const step of steps) {
    if (step.kind === 'sendFile') files.set(step.file, typedLines(await readSetting('--send-file', step.file)));
  }
  return files;
}
