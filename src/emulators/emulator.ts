/** An API in front of consoles, as a provider has it, on this machine: strict where the provider is. One folder each, one line in index.ts. */
export interface Emulator {
  /** What `rfbctl serve --emulate` accepts. */
  readonly name: string;
  /** Starts it with machines of its own; what stands behind their consoles is the test server. */
  start(options: EmulatorOptions): Promise<Emulation>;
}

export interface EmulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
}

export interface Emulation extends AsyncDisposable {
  /** For `rfbctl list`: `proxmox://127.0.0.1:8006`. */
  readonly address: string;
  /** Targets: a machine's console each. */
  readonly consoles: readonly string[];
  /** Targets of `rfbctl term`. */
  readonly terminals?: readonly string[];
  /** Environment variables with which its clients get in. Made up: no real account's. */
  readonly variables: Readonly<Record<string, string>>;
  /** What its clients need on the command line: `--tls-pin`, `sha256:…`. */
  readonly options: readonly string[];
  /** Hangs up on every client. Idempotent; nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}
