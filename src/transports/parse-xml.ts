import type { Document } from '@xmldom/xmldom';
import { ConnectionError } from '../rfb/errors.ts';

/**
 * XML of an API or a tool. Document types are refused: nothing that we read has one, and entities may grow.
 * @throws ConnectionError `CONNECT_FAILED`
 */
export async function parseXml(text: string, where: string): Promise<Document> {
  const { DOMParser } = await import('@xmldom/xmldom');
  try {
    if (/<!DOCTYPE/i.test(text)) throw new SyntaxError('it has a document type');
    const stop = (_level: string, message: string) => {
      throw new SyntaxError(message);
    };
    return new DOMParser({ onError: stop }).parseFromString(text, 'text/xml');
  } catch (cause) {
    const message = `${where} answered with something that is no XML: is this the right address?`;
    throw new ConnectionError('CONNECT_FAILED', message, { cause, phase: 'connect' });
  }
}
