import { UsageError } from '../../rfb/errors.ts';

/** `/…/flags` is a regular expression, anything else the text itself. @throws UsageError `BAD_OPTION` */
export function patternOf(text: string): string | RegExp {
  if (text === '') throw new UsageError('BAD_OPTION', 'the text is empty');
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined) return text;
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: /, '');
    throw new UsageError('BAD_OPTION', `no regular expression: ${why}`);
  }
}
