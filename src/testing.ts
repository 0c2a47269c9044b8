/** `rfbctl/testing`: a server to test viewers against, and its parts. */
export type { BytePipe } from './rfb/protocol/connection.ts';
export type { Framebuffer } from './rfb/protocol/framebuffer.ts';
export type { KeyEvent } from './rfb/protocol/messages/client-to-server/key-event.ts';
export type { PointerEvent } from './rfb/protocol/messages/client-to-server/pointer-event.ts';
export { type PixelFormat, pixelFormats } from './rfb/protocol/pixel-format.ts';
export type { ProtocolVersion } from './rfb/protocol/protocol-version.ts';
export type { Rect } from './rfb/protocol/rect.ts';
export { colour, Display, type DisplayWatcher } from './server/display.ts';
export { type Listening, type ListenOptions, listen, serve } from './server/listen.ts';
export { type PipePairOptions, pipePair } from './server/pipe-pair.ts';
export { createScene, scenes } from './server/scenes/index.ts';
export type { Scene, SceneKey, SceneType } from './server/scenes/scene.ts';
export { createServer, RfbServer, type ServerOptions } from './server/server.ts';
