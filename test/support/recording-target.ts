import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ProtocolError, type RfbErrorCode } from '../../src/rfb/errors.ts';
import { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';
import type { ServerMessageTarget } from '../../src/rfb/protocol/messages/server-to-client/server-message.ts';
import { type PixelFormat, RGBX8888 } from '../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import { pseudoEncodings } from '../../src/rfb/protocol/pseudo-encodings/index.ts';
import { ReferenceDecoder } from '../../src/rfb/protocol/reference-decoder.ts';
import { chunksOf } from './pipes.ts';
import { pieces } from './segmentations.ts';

/** Keeps what it is told, call for call: `['resize', 800, 600]`. */
export class RecordingTarget implements ServerMessageTarget {
  readonly told: (readonly unknown[])[] = [];
  readonly updates = new ReferenceDecoder();
  readonly framebuffer = new Framebuffer(4, 4);
  readonly pixels: PixelReader;
  updateEnded = false;

  constructor(format: PixelFormat = RGBX8888) {
    this.pixels = new PixelReader(format);
  }

  pseudoEncoding(type: number) {
    return pseudoEncodings.find((candidate) => candidate.type === type);
  }

  beginUpdate = () => {
    this.updateEnded = false;
    this.told.push(['beginUpdate']);
  };
  endUpdate = () => {
    this.updateEnded = true;
    this.told.push(['endUpdate']);
  };
  painted = this.#keep('painted');
  watched = true;
  counted = this.#keep('counted');
  breathless = false;
  breathe = async () => {};
  finishUpdate = this.#keep('finishUpdate');
  resize = this.#keep('resize');
  setScreens = this.#keep('setScreens');
  setCursor = this.#keep('setCursor');
  setDesktopName = this.#keep('setDesktopName');
  setLedState = this.#keep('setLedState');
  setAbsolutePointer = this.#keep('setAbsolutePointer');
  confirm = this.#keep('confirm');
  setColourMapEntry = this.#keep('setColourMapEntry');
  colourMapChanged = this.#keep('colourMapChanged');
  bell = this.#keep('bell');
  cutText = this.#keep('cutText');
  clipboardMessage = async (...args: unknown[]) => {
    this.told.push(['clipboardMessage', ...args]);
  };
  fence = async (...args: unknown[]) => {
    this.told.push(['fence', ...args]);
  };

  #keep(name: string) {
    return (...args: unknown[]): void => {
      this.told.push([name, ...args]);
    };
  }
}

type Receive = (reader: ByteReader, target: RecordingTarget) => Promise<void> | undefined;

export interface TellingCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly receive: Receive;
  readonly told: readonly (readonly unknown[])[];
  readonly format?: PixelFormat;
}

export interface TellingRefusal {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly receive: Receive;
  readonly code: RfbErrorCode;
  readonly message: RegExp;
}

/** What a message or pseudo-encoding tells, that it reads its own bytes and no more, that it never does with fewer. */
export function describeTelling(cases: readonly TellingCase[], refusals: readonly TellingRefusal[]): void {
  describe.each(cases)('$name', ({ bytes, receive, told, format }) => {
    test.each([
      ['in one piece', 64 * 1024],
      ['byte by byte', 1],
    ])('%s', async (_how, size) => {
      const target = new RecordingTarget(format);
      const reader = new ByteReader(chunksOf(pieces(Uint8Array.of(...bytes, 0xaa), size)));
      await receive(reader, target);
      expect(target.told).toEqual(told);
      expect(reader.offset, 'bytes read').toBe(bytes.length);
    });

    test('cut short anywhere, the connection is lost', async () => {
      for (let length = 0; length < bytes.length; length++) {
        const reader = new ByteReader(chunksOf([bytes.subarray(0, length)]));
        await expect(receive(reader, new RecordingTarget(format)), `${length} bytes`).rejects.toMatchObject({
          code: 'CONNECTION_LOST',
        });
      }
    });
  });

  test.each(refusals)('refused: $name', async ({ bytes, receive, code, message }) => {
    const target = new RecordingTarget();
    const received = async () => receive(new ByteReader(chunksOf([bytes])), target);
    const error = await received().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
}
