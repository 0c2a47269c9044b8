import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/fr. Written by scripts/extract-layouts.mjs. */
export const fr = keyboardLayout(
  'fr',
  String.raw`
29 ² .. ¬ ¬
02 & 1 ¹ ¡
03 é 2 ~ ⅛
04 " 3 #
05 ' 4 {
06 ( 5 [ ⅜
07 - 6 | ⅝
08 è 7 BQ ⅞
09 _ 8 \ ™
0a ç 9 ^ ±
0b à 0 @
0c ) ° ] ¿
0d = + }
10 a A æ Æ
11 z Z « <
12 e E € ¢
13 r R ¶ ®
14 t T ŧ Ŧ
15 y Y ← ¥
16 u U ↓ ↑
17 i I → ı
18 o O ø Ø
19 p P þ Þ
1a ◌̂ ◌̈ .. ◌̊
1b $ £ ¤
1e q Q @ Ω
1f s S ß ẞ
20 d D ð Ð
21 f F đ ª
22 g G ŋ Ŋ
23 h H ħ Ħ
24 j J
25 k K ĸ
26 l L
27 m M µ º
28 ù % .. ◌̌
2b * µ ◌̀
56 < > .. ¦
2c w W ł Ł
2d x X » >
2e c C .. ©
2f v V „ ‚
30 b B “ ‘
31 n N ” ’
32 , ? ◌́
33 ; . • ×
34 : / · ÷
35 ! §
`,
);
