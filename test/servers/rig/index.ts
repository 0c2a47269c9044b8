/** Real servers for tests: started on the loopback, known to the pixel and the key, gone afterwards. */
export { describeWith, missing, type ServerName } from './available.ts';
export { BOOT_PROMPT } from './boot-sector.ts';
export { type CliResult, type CliRun, cli, startCli } from './cli.ts';
export { readGreeting } from './greeting.ts';
export { type Keymaps, keymap, LINUX_PROMPT } from './linux-guest.ts';
export { colourCount, difference, type Picture, parsePpm } from './picture.ts';
export { type Qemu, type QemuOptions, qemu } from './qemu.ts';
export type { RfbServer, XServerOptions } from './rfb-server.ts';
export { freePort, listening, pidExists, type ServerProcess, startProcess } from './server-process.ts';
export { type TcpRelay, tcpRelay } from './tcp-relay.ts';
export { exactIn, testCard } from './test-card.ts';
export { websockify } from './websockify.ts';
export type { XDisplay } from './x-display.ts';
export { type InputEvent, XInputRecorder } from './x-input-recorder.ts';
export { x11vnc } from './x11vnc.ts';
export { type TtyRecorder, ttyRecorder, type XtermOptions, xtermLoop, xtermText } from './xterm.ts';
export { type XRfbServer, type XtigervncOptions, xtigervnc } from './xtigervnc.ts';
export { xtightvnc } from './xtightvnc.ts';
