import { ByteWriter } from '../rfb/bytes/byte-writer.ts';
import { ConnectionError, ProtocolError } from '../rfb/errors.ts';
import { ClipboardExchange, OWN_CAPS } from '../rfb/protocol/clipboard-exchange.ts';
import { type BytePipe, Connection } from '../rfb/protocol/connection.ts';
import { type CutText, clientCutText } from '../rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../rfb/protocol/messages/client-to-server/client-fence.ts';
import { enableContinuousUpdates } from '../rfb/protocol/messages/client-to-server/enable-continuous-updates.ts';
import {
  type FramebufferUpdateRequest,
  framebufferUpdateRequest,
} from '../rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { keyEvent } from '../rfb/protocol/messages/client-to-server/key-event.ts';
import { type PointerEvent, pointerEvent } from '../rfb/protocol/messages/client-to-server/pointer-event.ts';
import { qemuExtendedKeyEvent } from '../rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { type SetDesktopSize, setDesktopSize } from '../rfb/protocol/messages/client-to-server/set-desktop-size.ts';
import { setEncodings } from '../rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import { type ClipboardMessage, writeClipboardMessage } from '../rfb/protocol/messages/clipboard-message.ts';
import {
  FENCE_BLOCK_AFTER,
  FENCE_BLOCK_BEFORE,
  FENCE_REQUEST,
  FENCE_SYNC_NEXT,
  type Fence,
  writeFence,
} from '../rfb/protocol/messages/fence.ts';
import type { PixelFormat } from '../rfb/protocol/pixel-format.ts';
import type { ProtocolVersion } from '../rfb/protocol/protocol-version.ts';
import { continuousUpdates } from '../rfb/protocol/pseudo-encodings/continuous-updates.ts';
import { extendedClipboard } from '../rfb/protocol/pseudo-encodings/extended-clipboard.ts';
import { extendedDesktopSize } from '../rfb/protocol/pseudo-encodings/extended-desktop-size.ts';
import { extendedMouseButtons } from '../rfb/protocol/pseudo-encodings/extended-mouse-buttons.ts';
import { fence } from '../rfb/protocol/pseudo-encodings/fence.ts';
import { pseudoEncodings } from '../rfb/protocol/pseudo-encodings/index.ts';
import type { LedState, PseudoEncoding } from '../rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import { qemuExtendedKeyEvent as qemuKeys } from '../rfb/protocol/pseudo-encodings/qemu-extended-key-event.ts';
import { qemuLedState } from '../rfb/protocol/pseudo-encodings/qemu-led-state.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { decodeLatin1 } from '../rfb/protocol/text.ts';
import type { DisplayWatcher } from './display.ts';
import type { EncoderType } from './encoders/encoder.ts';
import { COLOUR_MAP } from './pixel-writer.ts';
import type { Scene, SceneKey } from './scenes/scene.ts';
import { writeTightCapabilities } from './security/tight.ts';
import { type ServerHandshakeOptions, serverHandshake, writeServerInit } from './server-handshake.ts';
import { UpdateSender } from './update-sender.ts';

export interface ServerSessionOptions extends ServerHandshakeOptions {
  readonly scene: Scene;
  readonly name: string;
  /** The server's own, announced in ServerInit. */
  readonly pixelFormat: PixelFormat;
  readonly encoders: readonly EncoderType[];
  /** The viewer has shaken hands. */
  welcomed(viewer: Viewer): void;
  /** ClientInit without the shared flag: the viewer wants to be alone. */
  claimed(session: ServerSession): void;
}

/** Somebody who was let in. */
export interface Viewer {
  /** Where it is: `127.0.0.1:40000`. */
  readonly name: string;
  readonly version: ProtocolVersion;
  /** The security type, or the sub-type of one, by which it was let in. */
  readonly security: string;
}

/** ExtendedDesktopSize: the rectangle answers this client's SetDesktopSize, and resizing is prohibited. */
const REASON_CLIENT = 1;
const STATUS_PROHIBITED = 1;

/** One viewer, from greeting to goodbye. */
export class ServerSession implements DisplayWatcher {
  readonly #options: ServerSessionOptions;
  readonly #pipe: BytePipe;
  #connection: Connection;
  #updates: UpdateSender | undefined;
  /** Pseudo-encodings that the viewer has offered and was told that we know. */
  readonly #confirmed = new Set<PseudoEncoding>();
  /** What this viewer holds down, to let go of when it leaves. */
  readonly #keysDown = new Map<string, SceneKey>();
  #pointer: PointerEvent = { x: 0, y: 0, buttonMask: 0 };
  #toldClipboard: string | undefined;
  readonly #clipboard = new ClipboardExchange({
    send: async (message) => this.#tellClipboard(message),
    received: (text) => this.#options.scene.onCutText?.(text),
    notified() {},
    taken() {},
  });

  constructor(pipe: BytePipe, options: ServerSessionOptions) {
    this.#options = options;
    this.#pipe = pipe;
    this.#connection = new Connection(pipe);
  }

  /**
   * Serves until the viewer leaves or `close` is called; the pipe is closed then.
   * @throws ProtocolError when the viewer broke the protocol · AuthenticationError · ConnectionError
   */
  async run(): Promise<void> {
    let unwatch = () => {};
    try {
      const welcomed = await serverHandshake(this.#connection, this.#options);
      const { connection, shared, version, security } = welcomed;
      this.#connection = connection;
      this.#options.welcomed({ name: this.#pipe.name, version, security });
      if (!shared) this.#options.claimed(this);
      const { scene, name, pixelFormat, encoders } = this.#options;
      const { width, height } = scene.display;
      this.#updates = new UpdateSender({
        display: scene.display,
        pixelFormat,
        encoders,
        send: (out) => connection.send(out),
        failed: () => this.close(),
      });
      unwatch = scene.display.watch(this);
      const init = new ByteWriter();
      writeServerInit(init, { width, height, pixelFormat, name });
      if (welcomed.capabilities) writeTightCapabilities(init);
      await connection.send(init);
      while (await this.#nextMessage()) await this.#receive(connection.reader.u8(), this.#updates);
    } finally {
      unwatch();
      await this.#letGo();
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#updates?.close();
    await this.#pipe.close();
  }

  damaged(rect: Rect): void {
    this.#updates?.damaged(rect);
  }

  resized(): void {
    this.#updates?.resized();
  }

  /** Bell, RFC 6143 §7.6.3. */
  bell(): void {
    this.#tell(new ByteWriter().u8(2));
  }

  /** ServerCutText, RFC 6143 §7.6.4; a viewer with Extended Clipboard gets every character. */
  cutText(text: string): void {
    this.#toldClipboard = text;
    if (this.#clipboard.known) {
      this.#clipboard.offer(text).catch(() => this.close());
      return;
    }
    const bytes = Buffer.from(text.replace(/[^\0-\xff]/gu, '?'), 'latin1');
    this.#tell(new ByteWriter().u8(3).pad(3).u32(bytes.length).bytes(bytes));
  }

  /** QEMU LED State, rfbproto. */
  ledState({ scrollLock, numLock, capsLock }: LedState): void {
    if (!this.#confirmed.has(qemuLedState)) return;
    const lights = (scrollLock ? 1 : 0) | (numLock ? 2 : 0) | (capsLock ? 4 : 0);
    this.#updates?.announce({ ...EMPTY, type: qemuLedState.type, payload: Uint8Array.of(lights) });
  }

  /** Grants the message-type byte; false when the viewer has hung up between two messages. */
  async #nextMessage(): Promise<boolean> {
    try {
      await this.#connection.reader.need(1);
      return true;
    } catch (error) {
      if (error instanceof ConnectionError) return false;
      throw error;
    }
  }

  async #receive(type: number, updates: UpdateSender): Promise<void> {
    const { reader } = this.#connection;
    switch (type) {
      case setPixelFormat.type:
        return this.#setPixelFormat(await setPixelFormat.read(reader), updates);
      case setEncodings.type:
        return this.#setEncodings(await setEncodings.read(reader), updates);
      case framebufferUpdateRequest.type:
        return this.#request(await framebufferUpdateRequest.read(reader), updates);
      case keyEvent.type:
        return this.#key(await keyEvent.read(reader));
      case pointerEvent.type:
        return this.#point(await this.#readPointerEvent());
      case clientCutText.type:
        return this.#receiveCutText(await clientCutText.read(reader));
      case qemuExtendedKeyEvent.type:
        return this.#key(await qemuExtendedKeyEvent.read(reader));
      case enableContinuousUpdates.type: {
        const { enable, ...rect } = await enableContinuousUpdates.read(reader);
        updates.setContinuous(enable ? rect : undefined);
        // rfbproto: the end is confirmed, so that the viewer knows when to go back to requests.
        if (!enable) this.#tell(new ByteWriter().u8(continuousUpdatesEnd));
        return;
      }
      case clientFence.type:
        return this.#answerFence(await clientFence.read(reader));
      case setDesktopSize.type:
        return this.#resize(await setDesktopSize.read(reader), updates);
      default:
        throw new ProtocolError('UNKNOWN_MESSAGE', `client message type ${type} is unknown`, { phase: 'session' });
    }
  }

  async #request(request: FramebufferUpdateRequest, updates: UpdateSender): Promise<void> {
    if (!request.incremental) await this.#options.scene.refresh?.();
    updates.request(request);
  }

  async #receiveCutText(content: CutText): Promise<void> {
    const { scene } = this.#options;
    if (content instanceof Uint8Array) return scene.onCutText?.(decodeLatin1(content));
    await this.#clipboard.receive(content);
    const { clipboard } = scene.display;
    const untold = clipboard !== undefined && clipboard !== this.#toldClipboard;
    if (content.action === 'caps' && untold) await this.#clipboard.offer(clipboard);
  }

  async #resize(size: SetDesktopSize, updates: UpdateSender): Promise<void> {
    const status = (await this.#options.scene.onSetDesktopSize?.(size)) ?? STATUS_PROHIBITED;
    if (this.#confirmed.has(extendedDesktopSize)) updates.announceScreen(REASON_CLIENT, status);
  }

  async #key(event: SceneKey): Promise<void> {
    const id = `${event.keysym} ${event.xtScancode}`;
    if (event.down) this.#keysDown.set(id, event);
    else this.#keysDown.delete(id);
    await this.#options.scene.onKey?.(event);
  }

  async #point(event: PointerEvent): Promise<void> {
    this.#pointer = event;
    await this.#options.scene.onPointer?.(event);
  }

  async #letGo(): Promise<void> {
    for (const event of [...this.#keysDown.values()]) await this.#key({ ...event, down: false });
    if (this.#pointer.buttonMask !== 0) await this.#point({ ...this.#pointer, buttonMask: 0 });
  }

  #setPixelFormat(format: PixelFormat, updates: UpdateSender): void {
    updates.setPixelFormat(format);
    if (format.trueColour) return;
    // SetColourMapEntries, RFC 6143 §7.6.2.
    const out = new ByteWriter().u8(1).pad(1).u16(0).u16(COLOUR_MAP.length);
    for (const [red, green, blue] of COLOUR_MAP) out.u16(red).u16(green).u16(blue);
    this.#tell(out);
  }

  #setEncodings(offered: readonly number[], updates: UpdateSender): void {
    const { extensions, display } = this.#options.scene;
    const unwanted = pseudoEncodings.filter(({ name }) => extensions && !extensions.has(name));
    const types = offered.filter((number) => !unwanted.some(({ type }) => type === number));
    updates.setEncodings(types);
    const confirmNow = (pseudoEncoding: PseudoEncoding, confirm: () => void) => {
      if (!types.includes(pseudoEncoding.type) || this.#confirmed.has(pseudoEncoding)) return;
      this.#confirmed.add(pseudoEncoding);
      confirm();
    };
    confirmNow(fence, () => this.#sendFence({ flags: FENCE_REQUEST, payload: new Uint8Array(0) }));
    confirmNow(continuousUpdates, () => this.#tell(new ByteWriter().u8(continuousUpdatesEnd)));
    confirmNow(qemuKeys, () => updates.announce({ ...EMPTY, type: qemuKeys.type }));
    confirmNow(extendedMouseButtons, () => updates.announce({ ...EMPTY, type: extendedMouseButtons.type }));
    confirmNow(extendedDesktopSize, () => updates.announceScreen(0, 0));
    confirmNow(extendedClipboard, () => this.#tellClipboard(OWN_CAPS));
    confirmNow(qemuLedState, () => display.ledState && this.ledState(display.ledState));
  }

  /** Bit 7 announces a second mask byte only where that was agreed; elsewhere it is button 8. */
  async #readPointerEvent(): Promise<PointerEvent> {
    const { reader } = this.#connection;
    if (this.#confirmed.has(extendedMouseButtons)) return await pointerEvent.read(reader);
    await reader.need(5);
    const buttonMask = reader.u8();
    return { buttonMask, x: reader.u16(), y: reader.u16() };
  }

  /** Messages are handled one after the other, so every order that a fence can ask for is kept already. */
  async #answerFence({ flags, payload }: Fence): Promise<void> {
    if ((flags & FENCE_REQUEST) === 0) return;
    if (flags & FENCE_BLOCK_BEFORE) await this.#options.scene.settled?.();
    this.#sendFence({ flags: flags & (FENCE_BLOCK_BEFORE | FENCE_BLOCK_AFTER | FENCE_SYNC_NEXT), payload });
  }

  #tellClipboard(message: ClipboardMessage): void {
    const out = new ByteWriter().u8(3).pad(3);
    writeClipboardMessage(out, message);
    this.#tell(out);
  }

  #sendFence(fence: Fence): void {
    const out = new ByteWriter();
    writeFence(out, fence);
    this.#tell(out);
  }

  /** Sends without waiting: a viewer that does not read must not keep us from hearing it. */
  #tell(out: ByteWriter): void {
    if (!this.#updates) return;
    this.#connection.send(out).catch(() => this.close());
  }
}

/** EndOfContinuousUpdates has the number of EnableContinuousUpdates. */
const continuousUpdatesEnd = enableContinuousUpdates.type;

const EMPTY: Rect = { x: 0, y: 0, width: 0, height: 0 };
