/**
 * Baseline JPEG (ITU T.81) as Tight carries it: grey, or YCbCr in 4:4:4, 4:2:2 or 4:2:0, in one scan. The pixels are
 * those of libjpeg-turbo's defaults, bit by bit. What is unusual is left to the reference decoder.
 */

import { defineHuffmanTable, huffmanTable, lookupOf } from './jpeg-huffman';
import { OFFSETS } from './jpeg-idct';
import { BROKEN, NEED_SCRATCH, OK, UNSUPPORTED } from './jpeg-results';
import { layOutRows, plane, planesSize, setSampling, stride } from './jpeg-rows';
import { clearPlan, decodeScan, planBlock, SCAN_SLACK } from './jpeg-scan';

export { BROKEN, NEED_SCRATCH, OK, UNSUPPORTED };

const SOF0 = 0xc0;
const SOF1 = 0xc1;
const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP14 = 0xee;
const COM = 0xfe;

/** Tables of 64 factors in the order of a block, each followed by the largest coefficients that they may meet. */
const QUANTIZATION = memory.data(4 * 256, 16);
const QUANTIZATION_SIZE: u32 = 256;
const MAX_PRODUCT: u32 = 0x7fff;

/** A coefficient has ten bits: factors up to this make no product of more than sixteen. */
const SAFE_FACTOR: u32 = 32;

/** Bits, one for each table. */
let definedQuantization: u32 = 0;
let unsafeQuantization: u32 = 0;
let definedHuffman: u32 = 0;

let restartInterval: u32 = 0;
let frameWidth: u32 = 0;
let frameHeight: u32 = 0;
let componentCount: u32 = 0;
let horizontal: u32 = 0;
let vertical: u32 = 0;
/** A byte for each component. */
let componentIds: u32 = 0;
let componentTables: u32 = 0;

/** How much scratch memory a picture of `length` bytes takes. */
export function jpegScratchSize(length: i32, width: i32): i32 {
  return <i32>(planesSize(width) + SCAN_SLACK) + length;
}

/**
 * Decodes a picture of exactly `width` x `height` pixels to R, G, B, 255, in the first `width * 4` bytes of each row of
 * `dst`. When it does not end well, rows may have been written all the same.
 */
export function jpegDecode(
  src: usize,
  srcEnd: usize,
  width: i32,
  height: i32,
  dst: usize,
  strideBytes: i32,
  scratch: usize,
  scratchSize: i32,
): i32 {
  if (width < 1 || height < 1 || width > 0xffff || height > 0xffff) return BROKEN;
  if (scratchSize < jpegScratchSize(<i32>(srcEnd - src), width)) return NEED_SCRATCH;
  layOutRows(width, height, dst, strideBytes, scratch);
  frameWidth = width;
  frameHeight = height;
  definedQuantization = 0;
  definedHuffman = 0;
  restartInterval = 0;
  componentCount = 0;
  return decode(src, srcEnd, scratch + planesSize(width));
}

/** Marker after marker up to the scan. */
function decode(at: usize, end: usize, scratch: usize): i32 {
  if (at + 2 > end || u16At(at) != 0xffd8) return BROKEN;
  at += 2;
  while (at + 4 <= end) {
    if (load<u8>(at) != 0xff) return BROKEN;
    const marker = <i32>load<u8>(at + 1);
    if (marker == 0xff) {
      at++;
      continue;
    }
    const length = u16At(at + 2);
    if (length < 2) return UNSUPPORTED;
    const body = at + 4;
    at += 2 + length;
    if (at > end) return BROKEN;
    let result = OK;
    if (marker == DQT) {
      result = quantizationTables(body, at);
    } else if (marker == DHT) {
      result = huffmanTables(body, at);
    } else if (marker == SOF0 || marker == SOF1) {
      result = frameHeader(body, at);
    } else if (marker == DRI) {
      if (length != 4) return BROKEN;
      restartInterval = u16At(body);
    } else if (marker == APP0) {
      result = jfifHeader(body, at);
    } else if (marker == SOS) {
      result = scanHeader(body, at);
      if (result != OK) return result;
      const mcuWidth = horizontal * 8;
      const mcuHeight = vertical * 8;
      return decodeScan(
        at,
        end,
        (frameWidth + mcuWidth - 1) / mcuWidth,
        (frameHeight + mcuHeight - 1) / mcuHeight,
        restartInterval,
        scratch,
      );
    } else if (marker != COM && (marker < APP0 || marker >= APP14)) {
      // APP14 is Adobe's and may say that the components are no YCbCr.
      return UNSUPPORTED;
    }
    if (result != OK) return result;
  }
  return BROKEN;
}

// @ts-ignore: decorator
@inline
function u16At(at: usize): u32 {
  return (<u32>load<u8>(at) << 8) | load<u8>(at + 1);
}

/** JFIF 1.02: version 1, if it is one at all. */
function jfifHeader(at: usize, end: usize): i32 {
  const isJfif = at + 14 <= end && u16At(at) == 0x4a46 && u16At(at + 2) == 0x4946 && !load<u8>(at + 4);
  return isJfif && load<u8>(at + 5) != 1 ? UNSUPPORTED : OK;
}

/** ITU T.81 B.2.4.1. */
function quantizationTables(at: usize, end: usize): i32 {
  while (at < end) {
    const precision = <u32>load<u8>(at) >> 4;
    const index = <u32>load<u8>(at) & 15;
    at++;
    if (precision > 1) return UNSUPPORTED;
    if (index > 3 || at + (64 << precision) > end) return BROKEN;
    const table = QUANTIZATION + index * QUANTIZATION_SIZE;
    let largest: u32 = 0;
    for (let k: u32 = 0; k < 64; k++) {
      const factor = precision ? u16At(at + k * 2) : <u32>load<u8>(at + k);
      if (factor > MAX_PRODUCT) return UNSUPPORTED;
      const entry = table + load<u8>(OFFSETS + k);
      store<u16>(entry, <u16>factor);
      store<u16>(entry, <u16>(MAX_PRODUCT / max<u32>(factor, 1)), QUANTIZATION_SIZE / 2);
      largest = max(largest, factor);
    }
    at += 64 << precision;
    definedQuantization |= 1 << index;
    if (largest > SAFE_FACTOR) unsafeQuantization |= 1 << index;
    else unsafeQuantization &= ~(1 << index);
  }
  return OK;
}

/** ITU T.81 B.2.4.2. */
function huffmanTables(at: usize, end: usize): i32 {
  while (at < end) {
    const tableClass = <u32>load<u8>(at) >> 4;
    const index = <u32>load<u8>(at) & 15;
    at++;
    if (tableClass > 1 || index > 1) return UNSUPPORTED;
    if (at + 16 > end) return BROKEN;
    let symbolCount: u32 = 0;
    for (let i: u32 = 0; i < 16; i++) symbolCount += load<u8>(at + i);
    if (symbolCount > 256 || at + 16 + symbolCount > end) return BROKEN;
    if (!defineHuffmanTable(huffmanTable(tableClass, index), tableClass == 1, at, symbolCount)) return UNSUPPORTED;
    at += 16 + symbolCount;
    definedHuffman |= 1 << (tableClass * 2 + index);
  }
  return OK;
}

/** ITU T.81 B.2.2. */
function frameHeader(at: usize, end: usize): i32 {
  if (componentCount || at + 6 > end) return BROKEN;
  if (u16At(at + 1) != frameHeight || u16At(at + 3) != frameWidth) return BROKEN;
  const count = <u32>load<u8>(at + 5);
  if (load<u8>(at) != 8 || (count != 1 && count != 3)) return UNSUPPORTED;
  if (at + 6 + count * 3 != end) return BROKEN;
  componentCount = count;
  componentIds = 0;
  componentTables = 0;
  for (let i: u32 = 0; i < count; i++) {
    const component = at + 6 + i * 3;
    const sampling = <u32>load<u8>(component + 1);
    const table = <u32>load<u8>(component + 2);
    if (table > 3) return BROKEN;
    if (!i) {
      horizontal = sampling >> 4;
      vertical = sampling & 15;
    } else if (sampling != 0x11) {
      return UNSUPPORTED;
    }
    componentIds = (componentIds << 8) | load<u8>(component);
    componentTables |= table << (i * 8);
  }
  setSampling(count, horizontal, vertical);
  const plain = horizontal == 1 && vertical == 1;
  const halved = count == 3 && horizontal == 2 && (vertical == 1 || vertical == 2);
  // Components named R, G and B are no YCbCr.
  return (plain || halved) && componentIds != 0x524742 ? OK : UNSUPPORTED;
}

/** ITU T.81 B.2.3. */
function scanHeader(at: usize, end: usize): i32 {
  if (!componentCount) return BROKEN;
  if (at + 4 + componentCount * 2 != end || load<u8>(at) != componentCount) return UNSUPPORTED;
  // Of the spectrum from 0 to 63, without successive approximation.
  if (u16At(end - 3) != 63 || load<u8>(end - 1) != 0) return UNSUPPORTED;
  clearPlan();
  let ids: u32 = 0;
  for (let i: u32 = 0; i < componentCount; i++) {
    const selector = at + 1 + i * 2;
    ids = (ids << 8) | load<u8>(selector);
    const dc = <u32>load<u8>(selector + 1) >> 4;
    const ac = <u32>load<u8>(selector + 1) & 15;
    if (dc > 1 || ac > 1 || !(definedHuffman & (1 << dc)) || !(definedHuffman & (4 << ac))) return UNSUPPORTED;
    const table = (componentTables >> (i * 8)) & 3;
    if (!(definedQuantization & (1 << table))) return UNSUPPORTED;
    const quantization = QUANTIZATION + table * QUANTIZATION_SIZE;
    const limits = unsafeQuantization & (1 << table) ? quantization + QUANTIZATION_SIZE / 2 : 0;
    const columns: u32 = i ? 1 : horizontal;
    const rows: u32 = i ? 1 : vertical;
    for (let y: u32 = 0; y < rows; y++) {
      for (let x: u32 = 0; x < columns; x++) {
        planBlock(
          i,
          lookupOf(huffmanTable(0, dc)),
          lookupOf(huffmanTable(1, ac)),
          quantization,
          limits,
          plane(i) + <usize>(y * 8) * stride + x * 8,
          columns * 8,
        );
      }
    }
  }
  return ids == componentIds ? OK : UNSUPPORTED;
}
