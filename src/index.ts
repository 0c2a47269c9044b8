/** rfbctl: see, type into and test every RFB (VNC) console. */
export type { CaptureOptions, Picture } from './automation/capture.ts';
export { type ConnectOptions, Console, connect, type ScreenshotOptions } from './automation/console.ts';
export { encodeImage, type ImageFormat, imageFormatOf, imageFormats } from './automation/image-file.ts';
export { Keyboard } from './automation/keyboard.ts';
export { Pointer } from './automation/pointer.ts';
export * from './rfb/errors.ts';
export type { BytePipe } from './rfb/protocol/connection.ts';
export { type EncodingName, encodings } from './rfb/protocol/encodings/index.ts';
export type { Framebuffer } from './rfb/protocol/framebuffer.ts';
export { type PixelFormat, type PixelFormatName, pixelFormats } from './rfb/protocol/pixel-format.ts';
export type { Cursor, LedState, Screen } from './rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
export type { Rect } from './rfb/protocol/rect.ts';
export type { Credentials, CredentialsProvider } from './rfb/protocol/security/security-type.ts';
export type { LogEvent } from './rfb/session/log-event.ts';
export type { SessionEvents } from './rfb/session/receiver.ts';
export { Session, type SessionOptions } from './rfb/session/session.ts';
export { openAddress } from './transports/index.ts';
export type { Opened, OpenOptions, TlsOptions, Transport } from './transports/transport.ts';
