import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/ch. Written by scripts/extract-layouts.mjs. */
export const ch = keyboardLayout(
  'ch',
  String.raw`
29 § °
02 1 + | ¡
03 2 " @ ⅛
04 3 * #
05 4 ç ¼
06 5 % ½ ⅜
07 6 & ¬ ⅝
08 7 / | ⅞
09 8 ( ¢ ™
0a 9 ) .. ±
0b 0 =
0c ' ? ◌́ ¿
0d ◌̂ ◌̀ ◌̃
10 q Q .. Ω
11 w W ſ
12 e E €
13 r R ¶ ®
14 t T ŧ Ŧ
15 z Z ← ¥
16 u U ↓ ↑
17 i I → ı
18 o O œ Œ
19 p P þ Þ
1a ü è [ ◌̊
1b ◌̈ ! ]
1e a A æ Æ
1f s S ß ẞ
20 d D ð Ð
21 f F đ ª
22 g G ŋ Ŋ
23 h H ħ Ħ
24 j J
25 k K ĸ
26 l L ł Ł
27 ö é
28 ä à { ◌̌
2b $ £ }
56 < > \ ¦
2c y Y « <
2d x X » >
2e c C .. ©
2f v V „ ‚
30 b B “ ‘
31 n N ” ’
32 m M µ º
33 , ; • ×
34 . : · ÷
35 - _
`,
);
