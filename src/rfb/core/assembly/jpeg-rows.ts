/** From blocks of samples to rows of pixels: the planes between the two, and which of their rows make which. */

import { colourRow, doubleRow, greyRow, upsampleRow } from './jpeg-colour';

/** Luma: a row of MCUs and the row before it. Chroma: the same of Cb and of Cr. A row of each after upsampling. */
const LUMA_ROWS: usize = 1 + 16;
const CHROMA_ROWS: usize = 1 + 8;
const UPSAMPLED_ROWS: usize = 2;

/** Beyond a row, for what is read and written in whole vectors. */
const ROW_SLACK: usize = 64;

/** From one row of any plane to the next. */
export let stride: usize = 0;

let width: i32 = 0;
let height: i32 = 0;
let componentCount: u32 = 0;
let horizontal: u32 = 0;
let vertical: u32 = 0;
let target: usize = 0;
let targetStride: usize = 0;
let luma: usize = 0;
let cb: usize = 0;
let cr: usize = 0;
let wideCb: usize = 0;
let wideCr: usize = 0;

export function planesSize(pictureWidth: usize): usize {
  return 16 + strideOf(pictureWidth) * (LUMA_ROWS + 2 * CHROMA_ROWS + UPSAMPLED_ROWS);
}

function strideOf(pictureWidth: usize): usize {
  return ((pictureWidth + 15) & ~15) + ROW_SLACK;
}

export function layOutRows(
  pictureWidth: i32,
  pictureHeight: i32,
  pixels: usize,
  pixelStride: usize,
  scratch: usize,
): void {
  width = pictureWidth;
  height = pictureHeight;
  target = pixels;
  targetStride = pixelStride;
  stride = strideOf(pictureWidth);
  luma = ((scratch + 15) & ~15) + stride;
  cb = luma + LUMA_ROWS * stride;
  cr = cb + CHROMA_ROWS * stride;
  wideCb = cr + (CHROMA_ROWS - 1) * stride;
  wideCr = wideCb + stride;
}

export function setSampling(components: u32, columns: u32, rows: u32): void {
  componentCount = components;
  horizontal = columns;
  vertical = rows;
}

/** Where a component's samples of a row of MCUs begin. */
export function plane(component: u32): usize {
  return component == 0 ? luma : component == 1 ? cb : cr;
}

/** Turns a row of MCUs into pixels. */
export function finishRows(mcuRow: i32, isLast: bool): void {
  if (vertical == 2) finishHalvedRows(mcuRow, isLast);
  else finishPlainRows(mcuRow);
}

function finishPlainRows(mcuRow: i32): void {
  const count = min(8, height - mcuRow * 8);
  let pixels = target + <usize>(mcuRow * 8) * targetStride;
  let row: usize = 0;
  for (let y = 0; y < count; y++) {
    if (componentCount == 1) {
      greyRow(luma + row, width, pixels);
    } else if (horizontal == 1) {
      colourRow(luma + row, cb + row, cr + row, width, pixels);
    } else {
      upsample(cb + row, cb + row, wideCb, 4, 8);
      upsample(cr + row, cr + row, wideCr, 4, 8);
      colourRow(luma + row, wideCb, wideCr, width, pixels);
    }
    row += stride;
    pixels += targetStride;
  }
}

/**
 * Where chroma has half the rows, each row of pixels is made of the chroma rows nearest to it on both sides: the last one
 * waits for the next row of MCUs, which therefore finds the rows before its own ones above them.
 */
function finishHalvedRows(mcuRow: i32, isLast: bool): void {
  const first = mcuRow * 16;
  const begin = mcuRow ? first - 1 : 0;
  const end = isLast ? height : first + 15;
  const lastChroma = (height - 1) >> 1;
  for (let y = begin; y < end; y++) {
    const nearer = y >> 1;
    const further = min(max(nearer - 1 + ((y & 1) << 1), 0), lastChroma);
    const row = <usize>(nearer - mcuRow * 8) * stride;
    const furtherRow = <usize>(further - mcuRow * 8) * stride;
    upsample(cb + row, cb + furtherRow, wideCb, 8, 7);
    upsample(cr + row, cr + furtherRow, wideCr, 8, 7);
    colourRow(luma + <usize>(y - first) * stride, wideCb, wideCr, width, target + <usize>y * targetStride);
  }
  memory.copy(luma - stride, luma + 15 * stride, stride);
  memory.copy(cb - stride, cb + 7 * stride, stride);
  memory.copy(cr - stride, cr + 7 * stride, stride);
}

function upsample(row: usize, further: usize, wide: usize, evenBias: i16, oddBias: i16): void {
  const count = (width + 1) >> 1;
  // libjpeg does not interpolate so few samples.
  if (count <= 2) return doubleRow(row, count, wide);
  store<u8>(row + count, load<u8>(row + count - 1));
  store<u8>(further + count, load<u8>(further + count - 1));
  upsampleRow(row, further, count, wide, evenBias, oddBias);
}
