import { copyRect } from '../../../../src/rfb/protocol/encodings/copy-rect.ts';
import { describeDecoder, u16, wire } from '../../../support/decode.ts';

const before = ['000001 000002 000003', '000004 000005 000006', '000007 000008 000009'];
const size = [3, 3] as const;

describeDecoder(
  copyRect,
  [
    {
      name: 'down and right over itself',
      size,
      before,
      rects: [{ x: 1, y: 1, width: 2, height: 2 }],
      bytes: wire(u16(0), u16(0)),
      wanted: ['000001 000002 000003', '000004 000001 000002', '000007 000004 000005'],
    },
    {
      name: 'up and left over itself',
      size,
      before,
      rects: [{ x: 0, y: 0, width: 2, height: 2 }],
      bytes: wire(u16(1), u16(1)),
      wanted: ['000005 000006 000003', '000008 000009 000006', '000007 000008 000009'],
    },
    {
      name: 'along a row over itself',
      size,
      before,
      rects: [{ x: 1, y: 0, width: 2, height: 1 }],
      bytes: wire(u16(0), u16(0)),
      wanted: ['000001 000001 000002', '000004 000005 000006', '000007 000008 000009'],
    },
    {
      name: 'nothing',
      size,
      before,
      rects: [{ x: 0, y: 0, width: 0, height: 2 }],
      bytes: wire(u16(1), u16(1)),
      wanted: before,
    },
  ],
  [
    {
      name: 'a source beyond the right edge',
      size,
      rects: [{ x: 0, y: 0, width: 2, height: 2 }],
      bytes: wire(u16(2), u16(0)),
      code: 'BAD_RECT',
      message: /source.*2x2 at 2,0.*3x3/,
    },
    {
      name: 'a source beyond the lower edge',
      size,
      rects: [{ x: 0, y: 0, width: 2, height: 2 }],
      bytes: wire(u16(0), u16(65535)),
      code: 'BAD_RECT',
      message: /2x2 at 0,65535/,
    },
  ],
);
