import { Duplex, Transform } from 'node:stream';

type Connect = () => Promise<Duplex>;

/** Answers to the greeting that it goes on with. */
const VERSIONS = ['RFB 003.003\n', 'RFB 003.004\n'];

const SET_ENCODINGS = 2;

/** Raw, Hextile, DesktopSize, Cursor, QEMU Pointer Motion Change. */
const ENCODINGS = [0, 5, -223, -239, -257];

/**
 * The server of paravirtual guests and of control domains, in front of one that speaks RFB 3.3 and has no authentication: hangs up
 * on a client that answers another version, asks for a colour map, or sends a message that it does not know.
 */
export function vncterm(connect: Connect): Connect {
  return async () => {
    const server = await connect();
    const check = checker();
    const strict = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        try {
          for (const message of check(chunk)) this.push(message);
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    });
    strict.on('error', () => server.destroy());
    strict.pipe(server);
    return Duplex.from({ readable: server, writable: strict });
  };
}

/** The messages that are complete with a chunk. Throws at what it does not know. */
function checker(): (chunk: Buffer) => Generator<Buffer> {
  let buffered = Buffer.alloc(0);
  let greeted = false;
  // ClientInit: security type None asks for nothing before it.
  let initialised = false;
  const nextLength = () => (!greeted ? 12 : !initialised ? 1 : messageLength(buffered));
  return function* (chunk) {
    buffered = Buffer.concat([buffered, chunk]);
    for (let length = nextLength(); buffered.length >= length; length = nextLength()) {
      const message = buffered.subarray(0, length);
      if (!greeted && !VERSIONS.includes(message.toString('latin1'))) throw new Error('another version');
      if (initialised && message[0] === 0 && message[7] === 0) throw new Error('a colour map');
      initialised = greeted;
      greeted = true;
      buffered = buffered.subarray(length);
      yield initialised && message[0] === SET_ENCODINGS ? knownEncodings(message) : message;
    }
  };
}

/** SetEncodings, RFC 6143 §7.5.2, without what it does not know: the server behind must not offer more. */
function knownEncodings(message: Buffer): Buffer {
  const types = Array.from({ length: message.readUInt16BE(2) }, (_, i) => message.readInt32BE(4 + 4 * i));
  const known = types.filter((type) => ENCODINGS.includes(type));
  const out = Buffer.alloc(4 + 4 * known.length);
  out[0] = SET_ENCODINGS;
  out.writeUInt16BE(known.length, 2);
  for (const [i, type] of known.entries()) out.writeInt32BE(type, 4 + 4 * i);
  return out;
}

/** Of a client's message, as far as it is here. Throws at one that it does not know. */
function messageLength(bytes: Buffer): number {
  const has = (length: number) => bytes.length >= length;
  switch (bytes[0]) {
    case undefined:
      return 1; // of what is to come
    case 0:
      return 20;
    case SET_ENCODINGS:
      return has(4) ? 4 + 4 * bytes.readUInt16BE(2) : 4;
    case 3:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return has(8) ? 8 + bytes.readUInt32BE(4) : 8;
    case 254:
      return 8;
    default:
      throw new Error(`message ${bytes[0]}`);
  }
}
