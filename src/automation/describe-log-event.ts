import { describePixelFormat } from '../rfb/protocol/pixel-format.ts';
import { describeRect } from '../rfb/protocol/rect.ts';
import { securityTypeName } from '../rfb/protocol/security/index.ts';
import { printable } from '../rfb/protocol/text.ts';
import { describeDuration } from '../rfb/session/deadline.ts';
import type { LogEvent } from '../rfb/session/log-event.ts';

/** One line for people. */
export function describeLogEvent(event: LogEvent): string {
  switch (event.type) {
    case 'connected':
      return `connected to ${event.to} in ${event.milliseconds} ms`;
    case 'version':
      return `the server announced RFB ${event.announced}, spoken is ${event.used}`;
    case 'securityOffered':
      return `security types offered: ${event.offered.map((type) => `${securityTypeName(type)} (${type})`).join(', ')}`;
    case 'securityChosen':
      return `security type chosen: ${event.name}`;
    case 'subtypesOffered':
      return `${event.of} offers ${printable(event.offered.join(', '))}`;
    case 'securityRefused':
      return `not used is ${event.name}: ${event.because}`;
    case 'tls':
      return `${event.protocol} with ${event.cipher}, ${event.identity}`;
    case 'serverKey':
      return `the server’s key is ${event.fingerprint}, ${event.known ? 'the known one' : 'not known before'}`;
    case 'authenticated':
      return 'authenticated';
    case 'serverInit':
      return `ServerInit: ${event.width}x${event.height}, ${describePixelFormat(event.pixelFormat)}, "${printable(event.desktopName)}"`;
    case 'pixelFormat':
      return `SetPixelFormat: ${describePixelFormat(event.pixelFormat)}`;
    case 'encodings':
      return `SetEncodings: ${event.names.join(', ')}`;
    case 'request':
      return `FramebufferUpdateRequest: ${describeRect(event.rect)}${event.incremental ? ', incremental' : ''}`;
    case 'sent':
      return `sent ${event.message}, ${event.length} bytes`;
    case 'received':
      return `received ${event.message}, ${event.length} bytes`;
    case 'update': {
      const rects = Object.entries(event.rects).map(([encoding, times]) => `${times} ${encoding}`);
      return `FramebufferUpdate: ${rects.join(', ') || 'no pixels'}; ${event.pixels} pixels, ${event.length} bytes`;
    }
    case 'extension':
      return `the server knows ${event.name}`;
    case 'resize':
      return `the screen is ${event.width}x${event.height} now`;
    case 'reconnecting': {
      const when = event.afterMs > 0 ? ` in ${describeDuration(event.afterMs)}` : '';
      return `reconnecting${when}, attempt ${event.attempt}: ${printable(event.reason.message)}`;
    }
    case 'reconnected':
      return `reconnected after ${describeDuration(event.milliseconds)}`;
    case 'closed':
      return 'closed';
  }
}
