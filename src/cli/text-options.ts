import type { Command } from 'commander';
import type { ReadingOptions } from '../automation/console-screen.ts';
import { badOption } from './arguments.ts';

/** How text on screens is read. */
export interface TextFlags {
  readonly font?: readonly string[];
  readonly ocr?: boolean;
  readonly ocrLanguage?: string;
}

export function addTextOptions(command: Command): Command {
  return command
    .option(
      '--font <file>',
      'read text by this font too (BDF, PSF, PF2; also gzipped), may be repeated',
      (file, before: readonly string[] = []) => [...before, file],
    )
    .option('--ocr', 'read text on graphical screens: needs the package tesseract.js, guesses, takes seconds')
    .option('--ocr-language <code>', 'which data it uses: that of @tesseract.js-data/CODE (default: eng)');
}

/** Reads the fonts, starts OCR. @throws UsageError `BAD_FONT`, `BAD_OPTION`, `PACKAGE_MISSING` */
export async function readingOptions({ font, ocr, ocrLanguage }: TextFlags): Promise<ReadingOptions> {
  if (ocrLanguage !== undefined && !ocr) throw badOption('--ocr-language is for --ocr, which is missing');
  if (font && ocr) throw badOption('--font and --ocr exclude each other: OCR knows no fonts');
  if (ocr) {
    const { OcrReader } = await import('../automation/text/ocr-reader.ts');
    return { reader: await OcrReader.create({ language: ocrLanguage }) };
  }
  if (!font) return {};
  const { readFont } = await import('../automation/text/fonts/font-file.ts');
  return { fonts: await Promise.all(font.map(readFont)) };
}
