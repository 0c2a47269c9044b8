/** `rfbctl/testing`: a server to test viewers against, and its parts. */
export { colour, Display, type DisplayWatcher } from './server/display.ts';
export { type Listening, type ListenOptions, listen, serve } from './server/listen.ts';
export { type PipePairOptions, pipePair } from './server/pipe-pair.ts';
export { createScene, scenes } from './server/scenes/index.ts';
export type { Scene, SceneKey, SceneType } from './server/scenes/scene.ts';
export { createServer, RfbServer, type ServerOptions } from './server/server.ts';
