import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { RGBX8888, writePixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import { serve } from '../../src/server/listen.ts';
import {
  expiredCertificate,
  freePort,
  otherCertificate,
  serveTcp,
  serveTls,
  silent,
  testCertificate,
} from '../support/pipe-servers.ts';
import { type Script, type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts';
import { type Failure, fail, SECRETS, scratch } from './support/rfbctl.ts';

const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const server of opened) await server.close();
});

async function open<S extends { close(): Promise<void> }>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  opened.push(server);
  return server;
}

/** A screenshot of a server that does what `script` says must fail like this. */
async function screenshotFails(script: Script, wanted: Failure, args: readonly string[] = []): Promise<void> {
  const { address } = await open(scriptedServer(script));
  await fail(['screenshot', address, '-o', path.join(scratch, 'never.png'), ...args], wanted);
}

const passwordFile = path.join(scratch, 'password');
const wrongFile = path.join(scratch, 'wrong');
writeFileSync(passwordFile, `${SECRETS.password}\n`);
writeFileSync(wrongFile, `${SECRETS.wrong}\n`);

const reason = (text: string, length = text.length) => new ByteWriter().u32(length).bytes(Buffer.from(text)).take();
const u32 = (value: number) => new ByteWriter().u32(value).take();

/** Every script begins here: the greeting, answered. */
async function greet(peer: ScriptedPeer, version = '3.8'): Promise<void> {
  await peer.sendText(`RFB 003.00${version.slice(2)}\n`);
  await peer.expectText(`RFB 003.00${version.slice(2)}\n`);
}

/** Offers security None, up to ClientInit. */
async function admit(peer: ScriptedPeer): Promise<void> {
  await greet(peer);
  await peer.send([1, 1]);
  await peer.expect(1);
  await peer.send(u32(0));
  await peer.expectClientInit();
}

/** Up to the first request for an update: SetPixelFormat, SetEncodings and the request have arrived, if not read. */
async function welcome(peer: ScriptedPeer): Promise<void> {
  await peer.handshake({ width: 4, height: 4 });
  await peer.expect(20);
  const [, , high = 0, low = 0] = await peer.expect(4);
  await peer.expect(4 * (high * 256 + low) + 10);
}

function serverInit(width: number, height: number, nameLength = 0): Uint8Array {
  const out = new ByteWriter().u16(width).u16(height);
  writePixelFormat(out, RGBX8888);
  return out.u32(nameLength).take();
}

const rect = (x: number, y: number, width: number, height: number, type: number) =>
  new ByteWriter().u8(0).pad(1).u16(1).u16(x).u16(y).u16(width).u16(height).s32(type).take();

describe.concurrent('authentication', () => {
  test('a wrong password', async () => {
    const { port } = await open(serve({ password: SECRETS.password }));
    await fail(['screenshot', `127.0.0.1::${port}`, '--password-file', wrongFile], {
      exitCode: 3,
      code: 'AUTHENTICATION_FAILED',
      phase: 'security',
      line: /127\.0\.0\.1:\d+: authentication \(vncauth\) failed: .*; check the password$/m,
    });
  });

  test('no password, and no terminal to ask on', async () => {
    const { port } = await open(serve({ password: SECRETS.password }));
    await fail(['move', `127.0.0.1::${port}`, '1,1'], {
      exitCode: 3,
      code: 'CREDENTIALS_REQUIRED',
      phase: 'security',
      line: /127\.0\.0\.1:\d+: the server wants a password .* none was given; give it with --password-file, .*RFBCTL_PASSWORD$/m,
    });
  });

  test('locked out before the security types', async () => {
    const lockedOut: Script = async (peer) => {
      await greet(peer);
      await peer.send([0, ...reason('Too many authentication failures')]);
    };
    await screenshotFails(lockedOut, {
      exitCode: 3,
      code: 'TOO_MANY_ATTEMPTS',
      phase: 'security',
      line: /the server locked this client out: Too many authentication failures; wait, then try again/,
    });
  });

  test('locked out after the challenge', async () => {
    const lockedOut: Script = async (peer) => {
      await greet(peer);
      await peer.send([1, 2]);
      await peer.expect(1);
      await peer.send(new Uint8Array(16));
      await peer.expect(16);
      await peer.send([...u32(2), ...reason('Too many tries,\nwait')]);
    };
    const wanted = { exitCode: 3, code: 'TOO_MANY_ATTEMPTS', line: /Too many tries, wait/ };
    await screenshotFails(lockedOut, wanted, ['--password-file', passwordFile]);
  });

  test('RFB 3.3: failed without a reason', async () => {
    const refusing: Script = async (peer) => {
      await greet(peer, '3.3');
      await peer.send([...u32(2), ...new Uint8Array(16)]);
      await peer.expect(16);
      await peer.send(u32(1));
    };
    const wanted = { exitCode: 3, code: 'AUTHENTICATION_FAILED', line: /gives no reason; check the password/ };
    await screenshotFails(refusing, wanted, ['--password-file', passwordFile]);
  });
});

describe.concurrent('no connection', () => {
  test('a refused port', async () => {
    await fail(['screenshot', `127.0.0.1::${await freePort()}`], {
      exitCode: 10,
      code: 'CONNECT_FAILED',
      phase: 'connect',
      line: /nothing listens on 127\.0\.0\.1:\d+ \(refused\)/,
    });
  });

  test('a host that does not exist', async () => {
    await fail(['screenshot', 'no-such-host.invalid:1', '--timeout', '8s'], {
      exitCode: 10,
      code: 'CONNECT_FAILED',
      line: /no-such-host\.invalid:5901/,
    });
  });

  test('a socket that does not exist', async () => {
    await fail(['screenshot', `unix:${scratch}/none.sock`], {
      exitCode: 10,
      code: 'CONNECT_FAILED',
      line: /there is no socket .*none\.sock \(ENOENT\)/,
    });
  });

  test('a command that fails: its last words, and not its arguments', async () => {
    await fail(['screenshot', `exec:sh -c "echo no route >&2; exit 3" ${SECRETS.token}`], {
      exitCode: 10,
      code: 'CONNECT_FAILED',
      line: /the command exec:sh … exited with code 3 without a byte: no route/,
    });
  });

  test('the server refuses and says why', async () => {
    const refusing: Script = async (peer) => {
      await greet(peer);
      await peer.send([0, ...reason('No free seats')]);
    };
    await screenshotFails(refusing, {
      exitCode: 10,
      code: 'CONNECTION_REFUSED_BY_SERVER',
      phase: 'security',
      line: /127\.0\.0\.1:\d+: the server refused the connection: No free seats/,
    });
  });

  test.each([
    [
      'by an unknown authority',
      testCertificate,
      [],
      /is not trusted \(signed by an authority that is not known here\).*--tls-pin/,
    ],
    ['by itself', otherCertificate, [], /is not trusted \(self-signed\).*--ca-file/],
    [
      'in time long past',
      expiredCertificate,
      ['--ca-file', 'expired.pem'],
      /is not trusted \(it expired on Feb\s+1 .*2020/,
    ],
    [
      'with another fingerprint',
      testCertificate,
      ['--tls-pin', `sha256:${'0'.repeat(64)}`],
      /is not the pinned one: got sha256:[0-9a-f]{64}, wanted sha256:0{64}/,
    ],
  ])('a certificate signed %s', async (_how, certificate, args, line) => {
    writeFileSync(path.join(scratch, 'expired.pem'), expiredCertificate.cert);
    const { address } = await open(serveTls(silent, certificate));
    await fail(['screenshot', address, ...args], { exitCode: 10, code: 'TLS_UNTRUSTED', phase: 'connect', line });
  });

  test('TLS with a server that does not speak it', async () => {
    const { address } = await open(serveTcp((peer) => peer.write('RFB 003.008\n')));
    await fail(['screenshot', address.replace('vnc://', 'tls://')], {
      exitCode: 10,
      code: 'CONNECT_FAILED',
      line: /does not speak TLS/,
    });
  });
});

describe.concurrent('another server on the port', () => {
  test('HTTP that speaks first', async () => {
    const answer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';
    const { address } = await open(serveTcp((peer) => peer.end(answer)));
    await fail(['screenshot', address], {
      exitCode: 20,
      code: 'BAD_GREETING',
      phase: 'greeting',
      line: /wanted "RFB 003\.008", got "HTTP\/1\.1 408 .*": an HTTP server answered; .* ws:\/\/ or wss:\/\//,
    });
  });

  // Like most servers they wait for the client to speak, as we do: what can be told is told when the time is up.
  test('HTTP and TLS that wait', async () => {
    const http = createHttpServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    opened.push({ close: async () => http.closeAllConnections() });
    http.unref();
    const { address } = await open(serveTls(silent));
    for (const port of [(http.address() as AddressInfo).port, address.split('::')[1]]) {
      await fail(['screenshot', `127.0.0.1::${port}`, '--connect-timeout', '700ms'], {
        exitCode: 40,
        code: 'TIMED_OUT',
        phase: 'greeting',
        line: /the server sent nothing for 700 ms, wanted its greeting "RFB 003\.00x": is it a TLS \(tls:\), HTTP \(ws:\/\/\)/,
      });
    }
  });

  test('TLS that answers', async () => {
    const { address } = await open(serveTcp((peer) => peer.end(Buffer.from('15030300020246', 'hex'))));
    await fail(['screenshot', address], {
      exitCode: 20,
      code: 'BAD_GREETING',
      line: /a TLS server answered; try tls:/,
    });
  });

  test('SSH', async () => {
    const { address } = await open(serveTcp((peer) => peer.write('SSH-2.0-OpenSSH_9.2\r\n')));
    await fail(['screenshot', address], { exitCode: 20, code: 'BAD_GREETING', line: /an SSH server answered/ });
  });

  test('garbage', async () => {
    const { address } = await open(serveTcp((peer) => peer.write(Buffer.from([0, 255, 27, 91, 50, 74, 10]))));
    await fail(['screenshot', address], { exitCode: 20, code: 'BAD_GREETING', line: /it is no RFB \(VNC\) server/ });
  });

  test('endless garbage', async () => {
    const flood = Buffer.alloc(1024 * 1024, 'RFB ');
    const { address } = await open(
      serveTcp((peer) => {
        const more = () => {
          while (peer.write(flood));
        };
        peer.on('drain', more);
        more();
      }),
    );
    await fail(['screenshot', address], { exitCode: 20, code: 'BAD_GREETING', line: /wanted "RFB 003\.008"/ });
  });

  test('a version that does not exist', async () => {
    await screenshotFails((peer) => peer.sendText('RFB 002.001\n'), {
      exitCode: 20,
      code: 'BAD_GREETING',
      line: /the server speaks RFB 2\.1, the lowest that exists is 3\.3/,
    });
  });
});

describe.concurrent('the server breaks the specification', () => {
  test('no security type in common: it names what is offered', async () => {
    const exotic: Script = async (peer) => {
      await greet(peer);
      await peer.send([3, 17, 21, 200]);
      await peer.stall();
    };
    await screenshotFails(exotic, {
      exitCode: 20,
      code: 'NO_COMMON_SECURITY_TYPE',
      phase: 'security',
      line: /the server offers ultra \(17\), md5 \(21\), unknown \(200\); wanted vencrypt \(19\), .*, none \(1\)/,
    });
  });

  test('--security leaves out what is offered: it says what would do', async () => {
    const { port } = await open(serve());
    await fail(['move', `127.0.0.1::${port}`, '1,1', '--security', 'vncauth'], {
      exitCode: 20,
      code: 'NO_COMMON_SECURITY_TYPE',
      line: /offers none \(1\); wanted vncauth \(2\); --security none would allow it/,
    });
  });

  const updates: readonly (readonly [what: string, bytes: Uint8Array, code: string, line: RegExp])[] = [
    [
      'an encoding that nobody asked for',
      rect(0, 0, 1, 1, 4711),
      'UNKNOWN_ENCODING',
      /rectangle 1 of 1 .* has encoding 4711/,
    ],
    ['a rectangle outside', rect(3, 0, 2, 1, 0), 'BAD_RECT', /2x1 at 3,0 is outside the 4x4 framebuffer/],
    ['a message that does not exist', Uint8Array.of(99), 'UNKNOWN_MESSAGE', /server message 99/],
    [
      'a resize to 65535x65535',
      rect(0, 0, 65535, 65535, -223),
      'BAD_VALUE',
      /65535x65535 framebuffer is above the limit/,
    ],
    ['4 GiB of zlib', Buffer.concat([rect(0, 0, 4, 4, 6), u32(0xffffffff)]), 'BAD_LENGTH', /4294967295/],
    ['4 GiB of ZRLE', Buffer.concat([rect(0, 0, 4, 4, 16), u32(0xffffffff)]), 'BAD_LENGTH', /4294967295/],
    [
      '2 GiB of clipboard',
      Buffer.concat([Uint8Array.of(3, 0, 0, 0), u32(0x7fffffff)]),
      'BAD_LENGTH',
      /ServerCutText of 2147483647 bytes/,
    ],
    [
      '2 GiB of extended clipboard',
      Buffer.concat([Uint8Array.of(3, 0, 0, 0), u32(0x80000001)]),
      'BAD_LENGTH',
      /ServerCutText of 2147483647 bytes/,
    ],
    [
      '4 GiB of subrectangles',
      Buffer.concat([rect(0, 0, 4, 4, 2), u32(0xffffffff), u32(0)]),
      'BAD_LENGTH',
      /4294967295/,
    ],
    ['zlib that is none', Buffer.concat([rect(0, 0, 4, 4, 6), u32(4), u32(0xdeadbeef)]), 'BAD_ZLIB', /zlib/i],
  ];

  test.each(updates)('%s', async (_what, bytes, code, line) => {
    const breaking: Script = async (peer) => {
      await welcome(peer);
      await peer.send(bytes);
      await peer.stall();
    };
    await screenshotFails(breaking, { exitCode: 20, code, phase: 'session', line });
  });

  test('zlib that unfolds to more than its rectangle', async () => {
    const { deflateSync } = await import('node:zlib');
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    const breaking: Script = async (peer) => {
      await welcome(peer);
      await peer.send(Buffer.concat([rect(0, 0, 4, 4, 6), u32(bomb.length), bomb]));
      await peer.stall();
    };
    await screenshotFails(breaking, { exitCode: 20, code: 'BAD_LENGTH', phase: 'session', line: /limit|at most/ });
  });

  test.each([
    ['a 65535x65535 framebuffer', serverInit(65535, 65535), 'BAD_VALUE', /65535x65535 framebuffer is above the limit/],
    [
      'a desktop name of 4 GiB',
      serverInit(4, 4, 0xffffffff),
      'BAD_LENGTH',
      /desktop name of 4294967295 bytes, the limit is/,
    ],
  ])('%s', async (_what, bytes, code, line) => {
    const breaking: Script = async (peer) => {
      await admit(peer);
      await peer.send(bytes);
      await peer.stall();
    };
    await screenshotFails(breaking, { exitCode: 20, code, phase: 'init', line });
  });

  test('a reason of 4 GiB', async () => {
    const breaking: Script = async (peer) => {
      await greet(peer);
      await peer.send([0, ...u32(0xffffffff)]);
      await peer.stall();
    };
    const line = /failure reason of 4294967295 bytes, the limit is/;
    await screenshotFails(breaking, { exitCode: 20, code: 'BAD_LENGTH', phase: 'security', line });
  });

  test('a SecurityResult that does not exist', async () => {
    const breaking: Script = async (peer) => {
      await greet(peer);
      await peer.send([1, 1]);
      await peer.expect(1);
      await peer.send(u32(77));
    };
    await screenshotFails(breaking, { exitCode: 20, code: 'BAD_VALUE', phase: 'security', line: /SecurityResult 77/ });
  });
});

/** A conversation up to each point at which a server may stop. */
const phases: readonly {
  readonly where: string;
  readonly phase: 'greeting' | 'security' | 'init' | 'session';
  readonly script: Script;
  readonly args?: readonly string[];
}[] = [
  { where: 'before the greeting', phase: 'greeting', script: async () => {} },
  { where: 'inside the greeting', phase: 'greeting', script: (peer) => peer.sendText('RFB 003') },
  { where: 'before the security types', phase: 'security', script: greet },
  {
    where: 'inside the security types',
    phase: 'security',
    script: async (peer) => {
      await greet(peer);
      await peer.send([3, 1]);
    },
  },
  {
    where: 'inside the challenge',
    phase: 'security',
    script: async (peer) => {
      await greet(peer);
      await peer.send([1, 2]);
      await peer.expect(1);
      await peer.send(new Uint8Array(7));
    },
    args: ['--password-file', passwordFile],
  },
  {
    where: 'before the result',
    phase: 'security',
    script: async (peer) => {
      await greet(peer);
      await peer.send([1, 2]);
      await peer.expect(1);
      await peer.send(new Uint8Array(16));
      await peer.expect(16);
    },
    args: ['--password-file', passwordFile],
  },
  { where: 'before ServerInit', phase: 'init', script: admit },
  {
    where: 'inside ServerInit',
    phase: 'init',
    script: async (peer) => {
      await admit(peer);
      await peer.send(serverInit(4, 4, 10));
    },
  },
  { where: 'before any update', phase: 'session', script: welcome },
  {
    where: 'inside an update',
    phase: 'session',
    script: async (peer) => {
      await welcome(peer);
      await peer.send(rect(0, 0, 4, 4, 0));
      await peer.send(new Uint8Array(10));
    },
  },
];

describe.concurrent('the connection is cut', () => {
  test.each(phases)('$where', async ({ phase, script, args }) => {
    await screenshotFails(
      script,
      {
        exitCode: 11,
        code: 'CONNECTION_LOST',
        phase,
        line: /127\.0\.0\.1:\d+: the server closed the connection|broke/,
      },
      args,
    );
  });
});

describe.concurrent('the server falls silent', () => {
  const stalled =
    (script: Script): Script =>
    async (peer) => {
      await script(peer);
      await peer.stall();
    };
  const lines = {
    greeting:
      /connected, but the server sent nothing for \d+ ms, wanted its greeting|fell silent in phase greeting after 7 bytes/,
    security: /the server fell silent in phase security after \d+ bytes \(waited \d+ ms/,
    init: /the server fell silent in phase init after \d+ bytes/,
    session: /no complete 4x4 picture within .*: the server sent no update after the request/,
  };

  test.each(phases)('$where: until --connect-timeout or --timeout', async ({ phase, script, args = [] }) => {
    const limit = phase === 'session' ? ['--timeout', '900ms'] : ['--connect-timeout', '600ms'];
    const wanted = { exitCode: 40, code: 'TIMED_OUT', phase, line: lines[phase] };
    await screenshotFails(stalled(script), wanted, [...limit, ...args]);
  });

  test('the whole command’s time says what was awaited, too', async () => {
    await screenshotFails(
      stalled(async () => {}),
      { exitCode: 40, code: 'TIMED_OUT', phase: 'greeting', line: /sent nothing for \d+ ms, wanted its greeting/ },
      ['--timeout', '800ms'],
    );
  });

  test('a screen without pixels never becomes a picture', async () => {
    const empty: Script = async (peer) => {
      await admit(peer);
      await peer.send(serverInit(0, 0));
      await peer.stall();
    };
    await screenshotFails(empty, { exitCode: 40, code: 'TIMED_OUT', line: /no complete 0x0 picture within/ }, [
      '--timeout',
      '900ms',
    ]);
  });

  test('a byte now and then is no progress', async () => {
    const dripping: Script = async (peer) => {
      await greet(peer);
      await peer.drip([255, ...new Uint8Array(200).fill(30)], 50);
    };
    await screenshotFails(dripping, { exitCode: 40, code: 'TIMED_OUT', line: /fell silent|not done|security/ }, [
      '--connect-timeout',
      '600ms',
    ]);
  });
});

test('what a server says is one line, whatever it says', async () => {
  const rude: Script = async (peer) => {
    await greet(peer);
    await peer.send([0, ...reason('line\nline\r\x1b[2Jline\u0000')]);
  };
  const { address } = await open(scriptedServer(rude));
  await fail(['screenshot', address], {
    exitCode: 10,
    code: 'CONNECTION_REFUSED_BY_SERVER',
    line: /line line \[2Jline$/m,
  });
});

test('--retry-connect goes on until the machine is there', async () => {
  const port = await freePort();
  let late: Promise<unknown> | undefined;
  const timer = setTimeout(() => {
    late = open(serve({ port }));
  }, 1500);
  const { succeed } = await import('./support/rfbctl.ts');
  expect(
    await succeed(['move', `127.0.0.1::${port}`, '1,1', '--retry-connect', '20s', '--json'], { withinMs: 20_000 }),
  ).toBe('{"x":1,"y":1}\n');
  clearTimeout(timer);
  await late;
});
