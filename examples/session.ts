import { openAddress, Session } from 'rfbctl';

const [address = 'demo:colours'] = process.argv.slice(2);

// #region open
const { pipe } = await openAddress(address, { signal: AbortSignal.timeout(10_000) });
await using session = await Session.open(pipe, { encodings: ['zrle'], pixelFormat: 'rgb565' });
const { version, securityType, server } = session.established;
console.log(`RFB ${version}, security ${securityType.name}, ${server.width}x${server.height} "${server.name}"`);
// #endregion

// #region update
let painted = 0;
session.on('painted', ({ width, height }, encoding) => {
  if (encoding === 'zrle') painted += width * height;
});
// Updates that bring no pixels, but news of the server, may come first.
const picture = session.waitForEvent('update', { where: () => painted > 0 });
await session.requestUpdate(session.framebuffer.bounds, false);
await picture;
const { rectCounts } = session.state;
console.log(`${painted} pixels in ${rectCounts.get('zrle')} rectangles of ZRLE`);
// #endregion

// #region input
const A = 0x61;
await session.sendKeyEvent(true, A);
await session.sendKeyEvent(false, A);
await session.sendPointerEvent(10, 10, 0);
await session.barrier(); // the server has consumed all of it
// #endregion
console.log(`confirmed: ${[...session.state.confirmed].sort().join(', ')}`);
