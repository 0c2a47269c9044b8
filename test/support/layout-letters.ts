import type { LayoutName } from '../../src/layouts/index.ts';

/** Printable. */
export const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i)).join('');

/** What people who use the layout write. */
export const LETTERS: Readonly<Record<LayoutName, string>> = {
  us: '',
  uk: '£€¬',
  de: 'äöüßÄÖÜ€§°²³µ',
  fr: 'éèçàùâêîôûëïüÂÊÎÔÛ€£§µ°²',
  es: 'ñÑáéíóúüÁÉÍÓÚÜ¿¡çÇªº€',
  it: 'àèéìòùç°£§€',
  'pt-br': 'çÇãõâêôáéíóúàÃÕÂÊÔÁÉÍÓÚÀüª',
  se: 'åäöÅÄÖéü§½€',
  dk: 'æøåÆØÅé½§€',
  no: 'æøåÆØÅé§€',
  ch: 'äöüéèàçÄÖÜâêîôûë§°£€',
  jp: '',
  ru: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ№',
};
