import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/it. Written by scripts/extract-layouts.mjs. */
export const it = keyboardLayout(
  'it',
  String.raw`
29 \ | .. ¦
02 1 ! ¹ ¡
03 2 " ²
04 3 £ ³ ◌̃
05 4 $ ¼ ⅛
06 5 % ½ ⅜
07 6 & ¬ ⅝
08 7 / .. ⅞
09 8 ( .. ™
0a 9 ) .. ±
0b 0 =
0c ' ? BQ ¿
0d ì ^ ~ ◌̂
10 q Q .. Ω
11 w W ſ
12 e E € ¢
13 r R ¶ ®
14 t T ŧ Ŧ
15 y Y ← ¥
16 u U ↓ ↑
17 i I → ı
18 o O ø Ø
19 p P þ Þ
1a è é [ {
1b + * ] }
1e a A æ Æ
1f s S ß ẞ
20 d D ð Ð
21 f F đ ª
22 g G ŋ Ŋ
23 h H ħ Ħ
24 j J
25 k K ĸ
26 l L ł Ł
27 ò ç @ ◌̧
28 à ° # ◌̊
2b ù § ◌̀
56 < > « »
2c z Z .. <
2d x X .. >
2e c C .. ©
2f v V “ ‘
30 b B ” ’
31 n N ñ Ñ
32 m M µ º
33 , ; ◌́ ×
34 . : · ◌̈
35 - _ .. ÷
`,
);
