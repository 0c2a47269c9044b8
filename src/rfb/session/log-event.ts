import type { PixelFormat } from '../protocol/pixel-format.ts';
import type { ProtocolVersion } from '../protocol/protocol-version.ts';
import type { Rect } from '../protocol/rect.ts';
import type { SecurityEvent } from '../protocol/security/security-type.ts';

/** What happens on the wire, for people who look for a fault. Never a key, a character of a text or a credential. */
export type LogEvent =
  | { readonly type: 'connected'; readonly to: string; readonly milliseconds: number }
  /** The server's greeting, as numbers, and the dialect that is spoken. */
  | { readonly type: 'version'; readonly announced: string; readonly used: ProtocolVersion }
  | { readonly type: 'securityOffered'; readonly offered: readonly number[] }
  | SecurityEvent
  | { readonly type: 'authenticated' }
  | {
      readonly type: 'serverInit';
      readonly width: number;
      readonly height: number;
      readonly pixelFormat: PixelFormat;
      readonly desktopName: string;
    }
  /** SetPixelFormat. */
  | { readonly type: 'pixelFormat'; readonly pixelFormat: PixelFormat }
  /** SetEncodings: names, pseudo-encodings among them. */
  | { readonly type: 'encodings'; readonly names: readonly string[] }
  /** FramebufferUpdateRequest. */
  | { readonly type: 'request'; readonly rect: Rect; readonly incremental: boolean }
  /** Any other client message, by the specification's name. */
  | { readonly type: 'sent'; readonly message: string; readonly length: number }
  /** A FramebufferUpdate that is complete: how many rectangles each encoding painted. */
  | {
      readonly type: 'update';
      readonly rects: Readonly<Record<string, number>>;
      readonly pixels: number;
      readonly length: number;
    }
  /** Any other server message. */
  | { readonly type: 'received'; readonly message: string; readonly length: number }
  /** The server has shown that it knows this pseudo-encoding. */
  | { readonly type: 'extension'; readonly name: string }
  | { readonly type: 'resize'; readonly width: number; readonly height: number }
  /** A connection was lost or could not be had, and is to be tried for. */
  | {
      readonly type: 'reconnecting';
      readonly attempt: number;
      readonly afterMs: number;
      readonly reason: Error;
    }
  /** There is a session again, so long after it was missed. */
  | { readonly type: 'reconnected'; readonly milliseconds: number }
  | { readonly type: 'closed'; readonly error?: Error };

export type Log = (event: LogEvent) => void;
