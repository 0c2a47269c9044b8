import { loadLibrary } from './library.ts';
import { number, table } from './table.ts';
import { inTurns } from './turns.ts';

/** A look for an image on a screen of 1024x768: processor time, as nothing else is waited for. */
export async function benchMatching(rounds: number, say: (line: string) => void): Promise<string> {
  const { connect, imageShown, pixelFormats } = await loadLibrary();
  await using console = await connect('demo:desktop');
  const screen = await console.capture();
  await console.pointer.click(700, 130);
  const changed = await console.capture();
  const button = await console.capture({ region: { x: 640, y: 120, width: 200, height: 50 } });
  const text = await console.capture({ region: { x: 648, y: 152, width: 200, height: 50 } });
  const needle = {
    ...{ name: 'bench', picture: screen, tags: [], properties: [], exclude: [] },
    areas: [{ x: 640, y: 120, width: 200, height: 50, match: 96, margin: 50, click: undefined }],
  };
  const looks = {
    'the whole screen, the same': { image: screen, on: screen },
    'the whole screen, changed': { image: screen, on: changed },
    '200x50 anywhere, found': { image: text, on: changed },
    '200x50 anywhere, not there': { image: button, on: screen },
    '200x50 anywhere, not there, 16-bit colour': { image: button, on: screen, pixelFormat: pixelFormats.rgb565 },
    '200x50 anywhere, not there, fuzz 20': { image: button, on: screen, options: { fuzz: 20 } },
    '200x50 anywhere, not there, blur 2': { image: button, on: screen, options: { blur: 2 } },
    'needle of 200x50, margin 50, found': { image: needle, on: screen },
    'needle of 200x50, margin 50, not there': { image: needle, on: changed },
    'needle of 200x50, anywhere, not there': { image: needle, on: changed, options: { anywhere: true } },
  };
  const turns = Object.entries(looks).map(([name, look]) => {
    const { image, on, options = {}, pixelFormat } = { options: undefined, pixelFormat: undefined, ...look };
    const condition = imageShown(image, options);
    const wanted = /found|the same/.test(name);
    return {
      name,
      run: async () => {
        const before = process.cpuUsage();
        const { holds, seen } = await condition.look({ picture: on, first: on, nowMs: 0, pixelFormat });
        const { user, system } = process.cpuUsage(before);
        if (holds !== wanted) throw new Error(`wrong: ${seen}`);
        return (user + system) / 1e6;
      },
    };
  });
  const results = await inTurns(turns, rounds, say);
  return table(
    ['one look', 'ms of processor'],
    results.map(({ name, seconds }) => [name, number(seconds * 1000)]),
  );
}
