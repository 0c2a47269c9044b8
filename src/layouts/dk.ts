import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/dk. Written by scripts/extract-layouts.mjs. */
export const dk = keyboardLayout(
  'dk',
  String.raw`
29 ½ § ¾ ¶
02 1 ! ¡ ¹
03 2 " @ ²
04 3 # £ ³
05 4 ¤ $ ¼
06 5 % .. ¢
07 6 & ¥ ⅝
08 7 / { ÷
09 8 ( [ «
0a 9 ) ] »
0b 0 = } °
0c + ? ± ¿
0d ◌́ ◌̀ | ¦
10 q Q .. Ω
11 w W ſ
12 e E € ¢
13 r R ®
14 t T þ Þ
15 y Y ←
16 u U ↓ ↑
17 i I → ı
18 o O œ Œ
19 p P
1a å Å .. ◌̊
1b ◌̈ ◌̂ ◌̃ ◌̌
1e a A ª º
1f s S ß ẞ
20 d D ð Ð
21 f F đ
22 g G ŋ Ŋ
23 h H ħ Ħ
24 j J
25 k K ĸ
26 l L ł Ł
27 æ Æ
28 ø Ø
2b ' * .. ×
56 < > \ ¬
2c z Z .. <
2d x X .. >
2e c C ©
2f v V „ ‚
30 b B “ ‘
31 n N ” ’
32 m M µ
33 , ; ◌̧
34 . : ·
35 - _
`,
);
