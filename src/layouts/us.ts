import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/us. Written by scripts/extract-layouts.mjs. */
export const us = keyboardLayout(
  'us',
  String.raw`
29 BQ ~
02 1 !
03 2 @
04 3 #
05 4 $
06 5 %
07 6 ^
08 7 &
09 8 *
0a 9 (
0b 0 )
0c - _
0d = +
10 q Q
11 w W
12 e E
13 r R
14 t T
15 y Y
16 u U
17 i I
18 o O
19 p P
1a [ {
1b ] }
1e a A
1f s S
20 d D
21 f F
22 g G
23 h H
24 j J
25 k K
26 l L
27 ; :
28 ' "
2b \ |
2c z Z
2d x X
2e c C
2f v V
30 b B
31 n N
32 m M
33 , <
34 . >
35 / ?
`,
);
