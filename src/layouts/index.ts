import { ch } from './ch.ts';
import { de } from './de.ts';
import { dk } from './dk.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { jp } from './jp.ts';
import { no } from './no.ts';
import { ptBr } from './pt-br.ts';
import { ru } from './ru.ts';
import { se } from './se.ts';
import { uk } from './uk.ts';
import { us } from './us.ts';

/** Every layout that text is typed by. */
export const layouts = { us, uk, de, fr, es, it, 'pt-br': ptBr, se, dk, no, ch, jp, ru } as const;

export type LayoutName = keyof typeof layouts;

export const layoutNames = Object.keys(layouts) as readonly LayoutName[];
