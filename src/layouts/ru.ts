import { keyboardLayout } from './keyboard-layout.ts';

/** xkeyboard-config 2.35.1, symbols/ru. Written by scripts/extract-layouts.mjs. */
export const ru = keyboardLayout(
  'ru',
  String.raw`
29 ё Ё
02 1 !
03 2 "
04 3 №
05 4 ;
06 5 %
07 6 :
08 7 ?
09 8 *
0a 9 (
0b 0 )
0c - _
0d = +
10 й Й
11 ц Ц
12 у У
13 к К
14 е Е
15 н Н
16 г Г
17 ш Ш
18 щ Щ
19 з З
1a х Х
1b ъ Ъ
1e ф Ф
1f ы Ы
20 в В
21 а А
22 п П
23 р Р
24 о О
25 л Л
26 д Д
27 ж Ж
28 э Э
2b \ /
56 / |
2c я Я
2d ч Ч
2e с С
2f м М
30 и И
31 т Т
32 ь Ь
33 б Б
34 ю Ю
35 . ,
`,
);
