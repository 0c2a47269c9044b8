import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/br. Written by scripts/extract-layouts.mjs. */
export const ptBr = keyboardLayout(
  'pt-br',
  String.raw`
29 ' "
02 1 ! ¹ ¡
03 2 @ ² ½
04 3 # ³ ¾
05 4 $ £ ¼
06 5 % ¢ ⅜
07 6 ◌̈ ¬ ¨
08 7 & .. ⅞
09 8 * .. ™
0a 9 ( .. ±
0b 0 )
0c - _
0d = + §
10 q Q / /
11 w W ? ?
12 e E ° °
13 r R ®
14 t T ŧ Ŧ
15 y Y ← ¥
16 u U ↓ ↑
17 i I → ı
18 o O ø Ø
19 p P þ Þ
1a ◌́ ◌̀
1b [ { ª
1e a A æ Æ
1f s S ß ẞ
20 d D ð Ð
21 f F đ
22 g G ŋ Ŋ
23 h H ħ Ħ
24 j J
25 k K ĸ
26 l L ł Ł
27 ç Ç
28 ◌̃ ◌̂
2b ] } º º
56 \ | ◌̌
2c z Z «
2d x X »
2e c C ©
2f v V „ ‚
30 b B “ ‘
31 n N ” ’
32 m M .. µ
33 , < • ×
34 . > · ÷
35 ; :
73 / ? ° ¿
`,
);
