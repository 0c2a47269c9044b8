/** The US keyboard: where each ASCII character is, and what a key gives with Shift. */

export interface LayoutPlace {
  /** XT set 1 make code. */
  readonly xtScancode: number;
  readonly shifted: boolean;
  /** What the key gives with Shift held. */
  readonly withShift: string;
}

/** Keys in scancode order from the first one of each row. */
const ROWS = [
  { from: 0x02, plain: '1234567890-=', shifted: '!@#$%^&*()_+' },
  { from: 0x10, plain: 'qwertyuiop[]', shifted: 'QWERTYUIOP{}' },
  { from: 0x1e, plain: "asdfghjkl;'`", shifted: 'ASDFGHJKL:"~' },
  { from: 0x2b, plain: '\\zxcvbnm,./', shifted: '|ZXCVBNM<>?' },
];

/** Every printable ASCII character. */
export const usLayout: ReadonlyMap<string, LayoutPlace> = new Map<string, LayoutPlace>([
  [' ', { xtScancode: 0x39, shifted: false, withShift: ' ' }],
  ...ROWS.flatMap(({ from, plain, shifted }) =>
    [...plain].flatMap((char, i): [string, LayoutPlace][] => {
      const withShift = shifted.charAt(i);
      return [
        [char, { xtScancode: from + i, shifted: false, withShift }],
        [withShift, { xtScancode: from + i, shifted: true, withShift }],
      ];
    }),
  ),
]);
