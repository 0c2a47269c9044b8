import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootSector, modeSwitches, READY, slowLines } from './boot-sector.ts';
import { grubGuest } from './grub.ts';
import { LINUX_READY, type LinuxOptions, linuxGuest } from './linux-guest.ts';
import { loginGuest } from './login-guest.ts';
import { difference, type Picture, parsePpm } from './picture.ts';
import { Qmp } from './qmp.ts';
import { building, type RfbServer, rfbServer } from './rfb-server.ts';
import { freePort, listening, type ServerProcess, startOnPort, startProcess } from './server-process.ts';
import { readTextMemory, type TextCell } from './text-memory.ts';

type Guest =
  | 'boot-sector'
  | 'slow-lines'
  | 'boot-menu'
  | 'linux'
  | 'login'
  | 'grub'
  | 'grub-gfxterm'
  | 'mode-switches'
  | 'none';

/** `keymaps`: the Linux guest goes from one to the next at each ctrl+d, and takes lines as the terminal edits them. */
export interface QemuOptions extends LinuxOptions {
  /**
   * `boot-sector` (default) prompts in a moment, `slow-lines` too, but loses keys; `linux` in some seconds; `mode-switches` takes
   * no keys and never rests; what these come to is for the test to wait for: `login` (Linux that asks for one), GRUB's menu in two
   * terminals, and `boot-menu`, the boot sector behind the firmware's; `none` stays in the firmware: nothing to boot.
   */
  readonly guest?: Guest;
  /** How the console is reached; default `tcp`. A websocket has a TCP port beside it. */
  readonly display?: 'tcp' | 'unix' | 'websocket';
  /** Given: VncAuth with it. */
  readonly password?: string;
  /** Default: a free one. Given: that of a server that was stopped before. */
  readonly port?: number;
  /** More options of `-vnc`, such as `share=ignore`. */
  readonly vnc?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Qemu extends RfbServer {
  readonly qmp: Qmp;
  /** What the screen shows now, by the monitor's own screendump. */
  truth(): Promise<Picture>;
  /** The cells of VGA's text mode, row by row, as the video memory has them. */
  textMemory(): Promise<readonly TextCell[][]>;
  /** The truth once it has not changed for `quietMs`. */
  stableTruth(quietMs?: number): Promise<Picture>;
  /** What the guest has received as key presses since it was ready, as it wrote it to its serial port (Latin-1). */
  typed(): Promise<string>;
  /**
   * What QEMU passed to its input devices so far, one event each as its trace has it: `key ctrl down`, `abs x 0x3554`,
   * `rel y -3`, `button left up`, `sync`.
   */
  input(): Promise<string[]>;
}

/** QEMU, without KVM: the same everywhere. Ready means that the guest takes keys. */
export function qemu(options: QemuOptions = {}): Promise<Qemu> {
  const { guest = 'boot-sector', display = 'tcp', password, vnc = [], args = [], env = {} } = options;
  return startOnPort(options.port, (port) =>
    building(async (owned) => {
      const directory = await owned.directory();
      const vncSocket = join(directory, 'vnc');
      const monitor = join(directory, 'qmp');
      const serial = join(directory, 'serial');
      const trace = join(directory, 'trace');
      const webPort = display === 'websocket' ? await freePort() : 0;
      const console = [display === 'unix' ? `unix:${vncSocket}` : `127.0.0.1:${port - VNC_BASE_PORT}`, ...vnc];
      if (display === 'websocket') console.push(`websocket=127.0.0.1:${webPort}`);
      const objects: string[] = [];
      if (password !== undefined) {
        const file = join(directory, 'password');
        await writeFile(file, password, { mode: 0o600 });
        objects.push('-object', `secret,id=password,file=${file}`);
        console.push('password-secret=password');
      }
      const server = owned.add(
        await startProcess(
          'qemu-system-x86_64',
          [
            ...['-machine', 'pc', '-accel', 'tcg', '-m', '128', '-nodefaults', '-vga', 'std', '-nic', 'none'],
            ...['-display', 'none', '-serial', `file:${serial}`, '-qmp', `unix:${monitor},server=on,wait=off`],
            ...['-trace', 'input_event_*', '-D', trace],
            ...(await guestArgs(guest, directory, options)),
            ...objects,
            ...['-vnc', console.join(',')],
            ...args,
          ],
          { env },
        ),
      );
      const qmp = owned.add(await server.until('monitor', () => Qmp.connect(monitor).catch(() => undefined)));
      if (display !== 'unix')
        await server.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      const address = { tcp: `127.0.0.1::${port}`, unix: `unix:${vncSocket}`, websocket: `ws://127.0.0.1:${webPort}/` };
      const output = () => readFile(serial, 'latin1').catch(() => '');
      const greeting = await waitForGuest(server, guest, output);
      const truth = async () => {
        const filename = join(directory, 'screen.ppm');
        await qmp.execute('screendump', { filename });
        return parsePpm(await readFile(filename));
      };
      return {
        ...rfbServer(owned, server, address[display], { tcp: port, unix: 0, websocket: webPort }[display]),
        qmp,
        truth,
        textMemory: () => readTextMemory(qmp, join(directory, 'text')),
        stableTruth: (quietMs = 200) => stable(truth, quietMs),
        typed: async () => (await output()).slice(greeting),
        input: async () => inputEvents(await readFile(trace, 'latin1').catch(() => '')),
      };
    }),
  );
}

async function guestArgs(guest: Guest, directory: string, linux: LinuxOptions): Promise<readonly string[]> {
  if (guest === 'none') return [];
  if (guest === 'login') return loginGuest(directory);
  if (guest === 'grub') return grubGuest(directory, 'console');
  if (guest === 'grub-gfxterm') return grubGuest(directory, 'gfxterm');
  if (guest === 'linux') return linuxGuest(directory, linux);
  const image = join(directory, 'boot.img');
  const images = {
    'slow-lines': slowLines,
    'mode-switches': modeSwitches,
    'boot-sector': bootSector,
    'boot-menu': bootSector,
  };
  await writeFile(image, images[guest]());
  const boot = guest === 'boot-menu' ? `menu=on,splash-time=${BOOT_MENU_MS}` : 'a';
  return ['-drive', `file=${image},format=raw,if=floppy`, '-boot', boot];
}

/** Waits for the guest's word on the serial port; gives the length of what it said. */
async function waitForGuest(server: ServerProcess, guest: Guest, output: () => Promise<string>): Promise<number> {
  if (guest !== 'linux' && guest !== 'boot-sector' && guest !== 'slow-lines') return 0;
  const word = guest === 'linux' ? LINUX_READY : READY;
  return server.until(
    `${guest} guest`,
    async () => {
      const at = (await output()).indexOf(word);
      return at < 0 ? undefined : at + word.length;
    },
    GUEST_TIMEOUT_MS,
  );
}

/** Lines such as `input_event_key_qcode con -1, key qcode ctrl, down 1`. */
function inputEvents(trace: string): string[] {
  return trace.split('\n').flatMap((line) => {
    const [, kind, rest = ''] =
      /input_event_(key_qcode|key_number|abs|rel|btn|sync)\b(?: con -1, )?(.*)/.exec(line) ?? [];
    const words = rest.replaceAll(',', '').split(' ');
    const state = words.at(-1) === '1' ? 'down' : 'up';
    if (kind === undefined) return [];
    if (kind === 'abs' || kind === 'rel') return [`${kind} ${words[1]} ${words[3]}`];
    if (kind === 'btn') return [`button ${words[1]} ${state}`];
    return kind === 'sync' ? ['sync'] : [`key ${words[2]} ${state}`];
  });
}

async function stable(truth: () => Promise<Picture>, quietMs: number): Promise<Picture> {
  const deadline = performance.now() + STABLE_TIMEOUT_MS;
  let last = await truth();
  for (let since = performance.now(); performance.now() - since < quietMs; ) {
    await sleep(50);
    const now = await truth();
    const changed = difference(now, last);
    if (!changed) continue;
    if (performance.now() > deadline) throw new Error(`the guest's screen still changes: ${changed}`);
    last = now;
    since = performance.now();
  }
  return last;
}

const VNC_BASE_PORT = 5900;
/** So long the firmware waits for a key, at most: it has 16 bits for it. */
const BOOT_MENU_MS = 65_535;
const GUEST_TIMEOUT_MS = 60_000;
const STABLE_TIMEOUT_MS = 10_000;
