export function buildCore(): Promise<boolean>;
export function compileAssembly(entry: string): Promise<Uint8Array>;
