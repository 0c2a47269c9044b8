import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** libjpeg-turbo's decoder (as mozjpeg has it), after what the package says of it. */
export interface JpegDecoder {
  /** Throws what libjpeg calls an error; its instance is then of no more use. */
  decode(bytes: Uint8Array): Uint8ClampedArray;
  /** What libjpeg had to say about the last picture; only its first warning. */
  readonly warnings: readonly string[];
}

type Encode = typeof import('@jsquash/jpeg/encode.js')['default'];

export async function loadDecoder(): Promise<JpegDecoder> {
  decoderModule ??= compile('dec/mozjpeg_dec.wasm');
  const module = await decoderModule;
  const { default: factory } = (await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')) as unknown as {
    default: Factory<{ decode(bytes: Uint8Array, preserveOrientation: boolean): CodecImageData | null }>;
  };
  const warnings: string[] = [];
  const instantiateWasm: Instantiate = (imports, done) => {
    const instance = new WebAssembly.Instance(module, imports);
    done(instance);
    return instance.exports;
  };
  const options = {
    noInitialRun: true,
    instantiateWasm,
    print: () => {},
    printErr: (line: string) => warnings.push(line),
  };
  const codec = await withImageData(() => factory(options));
  return {
    warnings,
    decode(bytes) {
      warnings.length = 0;
      const image = withImageData(() => codec.decode(bytes, false));
      if (!image) throw new Error('no picture');
      return image.data;
    },
  };
}

export async function loadEncoder(): Promise<Encode> {
  const module = await compile('enc/mozjpeg_enc.wasm');
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await withImageData(() => (init as Init)(module, { print: () => {}, printErr: () => {} }));
  return encode;
}

/** One for all instances. */
let decoderModule: Promise<object> | undefined;

async function compile(file: string): Promise<object> {
  const path = createRequire(import.meta.url).resolve(`@jsquash/jpeg/codec/${file}`);
  return WebAssembly.compile(await readFile(path));
}

/**
 * The codec takes its pictures' class, a browser's, from among the globals, and puts one there where none is. A library
 * leaves no globals behind: there is one exactly while the codec, which does not wait, may look.
 */
function withImageData<T>(call: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'ImageData');
  Object.defineProperty(globalThis, 'ImageData', { value: CodecImageData, configurable: true });
  try {
    return call();
  } finally {
    if (before) Object.defineProperty(globalThis, 'ImageData', before);
    else Reflect.deleteProperty(globalThis, 'ImageData');
  }
}

class CodecImageData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

type Factory<T> = (options: object) => Promise<T>;
type Instantiate = (imports: object, done: (instance: object) => void) => object;

/** The package's declarations leave out the form with a module, which is the one that needs no `fetch`. */
type Init = (module: object, options: object) => Promise<void>;

// Every Node has it; without the DOM's, there are no declarations for it.
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    compile(bytes: Uint8Array): Promise<object>;
    Instance: new (module: object, imports: object) => { readonly exports: object };
  };
};
