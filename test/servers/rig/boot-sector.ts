/**
 * A 512-byte BIOS guest, assembled here: 80x25 text without cursor, a chart of characters and colours, a prompt. Every key
 * that INT 16h gives is echoed to the screen and written to COM1: its ASCII code, or 0 and the scancode when it has none.
 */
export function bootSector(): Uint8Array {
  const code = new Assembler(ORIGIN);
  code.emit(0x31, 0xc0); //                 xor ax, ax
  code.emit(0x8e, 0xd8, 0x8e, 0xd0); //     mov ds, ax; mov ss, ax
  code.emit(0xbc).word('start'); //         mov sp, start (the stack grows below us)
  code.label('start');
  code.emit(0xfb, 0xfc); //                 sti; cld
  code.emit(0xb8, 0x03, 0x00, 0xcd, 0x10); // mov ax, 0003h; int 10h: 80x25 text, cleared
  code.emit(0xb4, 0x01, 0xb9, 0x00, 0x20, 0xcd, 0x10); // mov ah, 1; mov cx, 2000h; int 10h: no (blinking) cursor
  code.emit(0xb8, 0xe3, 0x00, 0x31, 0xd2, 0xcd, 0x14); // mov ax, 00e3h; xor dx, dx; int 14h: COM1 9600 8N1

  // The chart: 16 rows of 64 cells from row 1 on, character = counter, attribute = counter >> 2 without the blink bit.
  code.emit(0xb8, 0x00, 0xb8, 0x8e, 0xc0); // mov ax, b800h; mov es, ax
  code.emit(0xbf, 160, 0x00); //            mov di, 160
  code.emit(0x31, 0xdb); //                 xor bx, bx: the counter
  code.label('row').emit(0xb9, 64, 0x00); //  mov cx, 64
  code.label('cell');
  code.emit(0x89, 0xd8, 0xc1, 0xe8, 0x02); // mov ax, bx; shr ax, 2
  code.emit(0x24, 0x7f, 0x88, 0xc4); //     and al, 7fh; mov ah, al
  code.emit(0x88, 0xd8, 0xab, 0x43); //     mov al, bl; stosw; inc bx
  code.emit(0xe2).near('cell'); //          loop cell
  code.emit(0x83, 0xc7, 32); //             add di, 32: the rest of the row
  code.emit(0x81, 0xfb, 0x00, 0x04); //     cmp bx, 1024
  code.emit(0x72).near('row'); //           jb row
  code.emit(0xb4, 0x02, 0xb7, 0x00, 0xba, 0x00, 18, 0xcd, 0x10); // mov ah, 2; mov bh, 0; mov dx, 1200h; int 10h: to row 18

  code.emit(0xbe).word('prompt'); //        mov si, prompt
  code.label('print').emit(0xac); //        lodsb
  code.emit(0x84, 0xc0); //                 test al, al
  code.emit(0x74).near('ready'); //         jz ready
  code.emit(0xe8).relative('teletype'); //  call teletype
  code.emit(0xeb).near('print'); //         jmp print
  code.label('ready').emit(0xb0).emit(READY.charCodeAt(0)); // mov al, READY
  code.emit(0xe8).relative('serial'); //    call serial

  code.label('key').emit(0x31, 0xc0, 0xcd, 0x16); // xor ax, ax; int 16h: wait for a key
  code.emit(0xe8).relative('serial'); //    call serial
  code.emit(0x84, 0xc0); //                 test al, al
  code.emit(0x75).near('echo'); //          jnz echo
  code.emit(0x88, 0xe0); //                 mov al, ah: the scancode
  code.emit(0xe8).relative('serial'); //    call serial
  code.emit(0xeb).near('key'); //           jmp key
  code.label('echo').emit(0xe8).relative('teletype'); // call teletype
  code.emit(0x3c, 0x0d); //                 cmp al, CR
  code.emit(0x75).near('key'); //           jne key
  code.emit(0xb0, 0x0a); //                 mov al, LF
  code.emit(0xe8).relative('teletype'); //  call teletype
  code.emit(0xeb).near('key'); //           jmp key

  code.label('teletype').emit(0xb4, 0x0e, 0xbb, 0x07, 0x00, 0xcd, 0x10, 0xc3); // mov ah, 0eh; mov bx, 7; int 10h; ret
  code.label('serial').emit(0x50); //       push ax
  code.emit(0xba, 0xfd, 0x03); //           mov dx, 3fdh: the line status
  code.label('full').emit(0xec, 0xa8, 0x20); // in al, dx; test al, 20h: is there room?
  code.emit(0x74).near('full'); //          jz full
  code.emit(0xba, 0xf8, 0x03); //           mov dx, 3f8h
  code.emit(0x58, 0xee, 0xc3); //           pop ax; out dx, al; ret
  code.label('prompt').text(`${BOOT_PROMPT}\0`);

  return bootable(code);
}

/**
 * A BIOS guest with a line editor that is too slow: for each key it takes 45 ms, while the BIOS keeps 15 that wait, and at each
 * 32nd it masks interrupts until its clock's next second, so that the keyboard itself overflows, and releases are lost, too.
 * Keys go to COM1 as they come: letters, 8 of Backspace, 13 of Enter. Deletes across lines, as shells do.
 */
export function slowLines(): Uint8Array {
  const code = new Assembler(ORIGIN);
  code.emit(0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0); // xor ax, ax; mov ds, ax; mov ss, ax
  code.emit(0xbc).word('start'); //         mov sp, start
  code.label('start').emit(0xfb, 0xfc); //  sti; cld
  code.emit(0xb8, 0x03, 0x00, 0xcd, 0x10); // mov ax, 0003h; int 10h
  code.emit(0xb8, 0xe3, 0x00, 0x31, 0xd2, 0xcd, 0x14); // mov ax, 00e3h; xor dx, dx; int 14h: COM1 9600 8N1
  code.emit(0x31, 0xff, 0x31, 0xed); //     xor di, di; xor bp, bp: characters in the line, keys
  code.emit(0xbe).word('prompt'); //        mov si, prompt
  code.label('print').emit(0xac); //        lodsb
  code.emit(0x84, 0xc0); //                 test al, al
  code.emit(0x74).near('ready'); //         jz ready
  code.emit(0xe8).relative('teletype'); //  call teletype
  code.emit(0xeb).near('print'); //         jmp print
  code.label('ready').emit(0xb0).emit(READY.charCodeAt(0)); // mov al, READY
  code.emit(0xe8).relative('serial'); //    call serial

  code.label('key').emit(0x31, 0xc0, 0xcd, 0x16); // xor ax, ax; int 16h
  code.emit(0x84, 0xc0); //                 test al, al
  code.emit(0x74).near('key'); //           jz key: not a character
  code.emit(0xe8).relative('serial'); //    call serial
  code.emit(0x50, 0xb4, 0x86, 0x31, 0xc9, 0xba, 0xc8, 0xaf); // push ax; mov ah, 86h; xor cx, cx; mov dx, 45000
  code.emit(0xcd, 0x15); //                 int 15h: wait
  code.emit(0x45, 0xf7, 0xc5, 0x1f, 0x00); // inc bp; test bp, 31
  code.emit(0x75).near('awake'); //         jnz awake
  code.emit(0xfa, 0xb0, 0x00, 0xe6, 0x70, 0xe4, 0x71, 0x88, 0xc3); // cli; mov al, 0; out 70h, al; in al, 71h; mov bl, al
  code.label('asleep').emit(0xb0, 0x00, 0xe6, 0x70, 0xe4, 0x71); // mov al, 0; out 70h, al; in al, 71h: seconds
  code.emit(0x38, 0xd8); //                 cmp al, bl
  code.emit(0x74).near('asleep'); //        je asleep
  code.emit(0xfb); //                       sti
  code.label('awake').emit(0x58); //        pop ax
  code.emit(0x3c, 0x08); //                 cmp al, 8
  code.emit(0x74).near('delete'); //        je delete
  code.emit(0x47, 0xe8).relative('teletype'); // inc di; call teletype
  code.emit(0x3c, 0x0d); //                 cmp al, CR
  code.emit(0x75).near('key'); //           jne key
  code.emit(0x31, 0xff, 0xb0, 0x0a, 0xe8).relative('teletype'); // xor di, di; mov al, LF; call teletype
  code.emit(0xeb).near('key'); //           jmp key
  code.label('delete').emit(0x85, 0xff); // test di, di
  code.emit(0x74).near('key'); //           jz key
  code.emit(0x4f, 0xb4, 0x03, 0xb7, 0x00, 0xcd, 0x10); // dec di; mov ah, 3; mov bh, 0; int 10h: row dh, column dl
  code.emit(0x84, 0xd2); //                 test dl, dl
  code.emit(0x75).near('back'); //          jnz back
  code.emit(0xb2, 80, 0xfe, 0xce); //       mov dl, 80; dec dh
  code.label('back').emit(0xfe, 0xca, 0xb4, 0x02, 0xcd, 0x10); // dec dl; mov ah, 2; int 10h
  code.emit(0xb8, 0x20, 0x0a, 0xb9, 0x01, 0x00, 0xcd, 0x10); // mov ax, 0a20h; mov cx, 1; int 10h: a blank, and stay
  code.emit(0xeb).near('key'); //           jmp key

  code.label('teletype').emit(0xb4, 0x0e, 0xbb, 0x07, 0x00, 0xcd, 0x10, 0xc3); // mov ah, 0eh; mov bx, 7; int 10h; ret
  code.label('serial').emit(0x50); //       push ax
  code.emit(0xba, 0xfd, 0x03); //           mov dx, 3fdh: the line status
  code.label('full').emit(0xec, 0xa8, 0x20); // in al, dx; test al, 20h: is there room?
  code.emit(0x74).near('full'); //          jz full
  code.emit(0xba, 0xf8, 0x03); //           mov dx, 3f8h
  code.emit(0x58, 0xee, 0xc3); //           pop ax; out dx, al; ret
  code.label('prompt').text(`${SLOW_PROMPT}\0`);
  return bootable(code);
}

/** A BIOS guest that goes round the video modes 12h (640x480), 13h (320x200, shown doubled) and 3 (720x400), some 400 ms in each, for ever. */
export function modeSwitches(): Uint8Array {
  const code = new Assembler(ORIGIN);
  code.emit(0x31, 0xc0, 0x8e, 0xd0); //     xor ax, ax; mov ss, ax
  code.emit(0xbc).word('start'); //         mov sp, start
  code.label('start').emit(0xfb); //        sti
  for (const mode of [0x12, 0x13, 0x03]) {
    code.emit(0xb8, mode, 0x00, 0xcd, 0x10); // mov ax, mode; int 10h
    code.emit(0xe8).relative('show'); //    call show
  }
  code.emit(0xeb).near('start'); //         jmp start
  code.label('show').emit(0xb9, 0x50, 0x00); // mov cx, 80
  code.label('letter').emit(0xb8, 0x41, 0x0e, 0xbb, 0x05, 0x00, 0xcd, 0x10); // mov ax, 0e41h; mov bx, 5; int 10h
  code.emit(0xe2).near('letter'); //        loop letter
  code.emit(0xb4, 0x86, 0xb9, 0x06, 0x00, 0xcd, 0x15, 0xc3); // mov ah, 86h; mov cx, 6: 6 * 65536 us and what dx is; int 15h; ret
  return bootable(code);
}

function bootable(code: Assembler): Uint8Array {
  const image = new Uint8Array(512);
  image.set(code.bytes());
  image.set([0x55, 0xaa], 510);
  return image;
}

export const SLOW_PROMPT = 'Rig slow lines ready\r\n> ';
export const BOOT_PROMPT = 'Rig boot sector ready\r\n> ';
/** What the guest sends once it can take keys. */
export const READY = '!';
const ORIGIN = 0x7c00;

/** Bytes, labels, and the three kinds of reference that 16-bit code needs. */
class Assembler {
  readonly #origin: number;
  readonly #bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #fixups: (() => void)[] = [];

  constructor(origin: number) {
    this.#origin = origin;
  }

  emit(...bytes: number[]): this {
    this.#bytes.push(...bytes);
    return this;
  }

  text(text: string): this {
    return this.emit(...Buffer.from(text, 'latin1'));
  }

  label(name: string): this {
    this.#labels.set(name, this.#bytes.length);
    return this;
  }

  /** The label's address, 16 bits. */
  word(label: string): this {
    return this.#reference(label, 2, (target) => this.#origin + target);
  }

  /** The distance to the label, 16 bits. */
  relative(label: string): this {
    return this.#reference(label, 2, (target, next) => target - next);
  }

  /** The distance to the label, 8 bits. */
  near(label: string): this {
    return this.#reference(label, 1, (target, next) => {
      if (Math.abs(target - next) > 127) throw new RangeError(`label ${label} is too far for a short jump`);
      return target - next;
    });
  }

  bytes(): Uint8Array {
    for (const fix of this.#fixups) fix();
    if (this.#bytes.length > 510) throw new RangeError(`${this.#bytes.length} bytes do not fit into a boot sector`);
    return Uint8Array.from(this.#bytes);
  }

  #reference(label: string, length: number, value: (target: number, next: number) => number): this {
    const at = this.#bytes.length;
    this.emit(...new Array<number>(length).fill(0));
    this.#fixups.push(() => {
      const target = this.#labels.get(label);
      if (target === undefined) throw new ReferenceError(`no label ${label}`);
      const number = value(target, at + length);
      for (let i = 0; i < length; i++) this.#bytes[at + i] = (number >> (8 * i)) & 255;
    });
    return this;
  }
}
