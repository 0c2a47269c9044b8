import type { ServerMessage } from './server-message.ts';

/** SetColourMapEntries, RFC 6143 §7.6.2. */
export const setColourMapEntries: ServerMessage = {
  type: 1,
  name: 'SetColourMapEntries',
  async receive(reader, session) {
    await reader.need(5);
    reader.skip(1);
    const first = reader.u16();
    const count = reader.u16();
    await reader.need(count * 6);
    for (let i = 0; i < count; i++) session.setColourMapEntry(first + i, reader.u16(), reader.u16(), reader.u16());
    session.colourMapChanged();
  },
};
