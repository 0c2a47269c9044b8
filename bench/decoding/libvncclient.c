/*
 * libvncclient, fed with a recorded stream: libvncclient STREAM WIDTH HEIGHT BITS RMAX GMAX BMAX RSHIFT GSHIFT BSHIFT [PICTURE]
 *
 * The library reads its socket by read(2) into its own buffers. Here read() is ours and copies from the pieces that a
 * socket would have delivered, so everything of the library runs as it does in a viewer and nothing of the kernel is timed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <rfb/rfbclient.h>

enum { PIECE_LENGTH = 64 * 1024, STREAM_SOCKET = 1 << 20 };

static uint8_t **pieces;
static size_t length, position;

ssize_t read(int descriptor, void *into, size_t wanted) {
  if (descriptor != STREAM_SOCKET) return syscall(SYS_read, descriptor, into, wanted);
  size_t at = position % PIECE_LENGTH, here = PIECE_LENGTH - at;
  if (here > length - position) here = length - position;
  if (here > wanted) here = wanted;
  if (here > 0) memcpy(into, pieces[position / PIECE_LENGTH] + at, here);
  position += here;
  return here;
}

static void fail(const char *what) {
  fprintf(stderr, "libvncclient: %s\n", what);
  exit(1);
}

static void silent(const char *format, ...) { (void)format; }

static void load(const char *name) {
  FILE *file = fopen(name, "rb");
  if (!file) fail("the stream cannot be opened");
  fseek(file, 0, SEEK_END);
  length = ftell(file);
  rewind(file);
  size_t count = (length + PIECE_LENGTH - 1) / PIECE_LENGTH;
  pieces = calloc(count + 1, sizeof *pieces);
  for (size_t i = 0; i < count; i++) {
    size_t size = i + 1 < count ? PIECE_LENGTH : length - i * PIECE_LENGTH;
    pieces[i] = malloc(size);
    if (fread(pieces[i], 1, size, file) != size) fail("the stream cannot be read");
  }
  fclose(file);
}

static uint32_t pixel_at(const rfbClient *client, size_t i) {
  const uint8_t *p = client->frameBuffer + i * (client->format.bitsPerPixel / 8);
  uint32_t pixel = 0;
  for (int byte = 0; byte < client->format.bitsPerPixel / 8; byte++) pixel |= (uint32_t)p[byte] << (8 * byte);
  return pixel;
}

static void save(const rfbClient *client, const char *name) {
  const rfbPixelFormat *f = &client->format;
  size_t count = (size_t)client->width * client->height;
  uint8_t *rgba = malloc(count * 4);
  for (size_t i = 0; i < count; i++) {
    uint32_t pixel = pixel_at(client, i);
    rgba[i * 4] = ((pixel >> f->redShift) & f->redMax) * 255 / f->redMax;
    rgba[i * 4 + 1] = ((pixel >> f->greenShift) & f->greenMax) * 255 / f->greenMax;
    rgba[i * 4 + 2] = ((pixel >> f->blueShift) & f->blueMax) * 255 / f->blueMax;
    rgba[i * 4 + 3] = 255;
  }
  FILE *file = fopen(name, "wb");
  if (!file || fwrite(rgba, 4, count, file) != count || fclose(file)) fail("the picture cannot be written");
  free(rgba);
}

static double now(void) {
  static clockid_t clock = -1;
  if (clock == -1) {
    const char *wanted = getenv("RFBCTL_BENCH_CLOCK");
    clock = wanted && strcmp(wanted, "cpu") == 0 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  }
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc < 11) fail("arguments are missing");
  load(argv[1]);
  int number[9];
  for (int i = 0; i < 9; i++) number[i] = atoi(argv[i + 2]);
  rfbClientLog = silent;

  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    rfbClient *client = rfbGetClient(8, 3, number[2] / 8);
    client->width = client->si.framebufferWidth = number[0];
    client->height = client->si.framebufferHeight = number[1];
    client->format = (rfbPixelFormat){
        .bitsPerPixel = number[2], .depth = number[2] == 32 ? 24 : number[2], .trueColour = TRUE,
        .redMax = number[3], .greenMax = number[4], .blueMax = number[5],
        .redShift = number[6], .greenShift = number[7], .blueShift = number[8]};
    client->si.format = client->format; /* HandleRFBServerMessage chooses by both */
    client->sock = STREAM_SOCKET;
    if (!client->MallocFrameBuffer(client)) fail("no memory");
    /* Touched, so that the pages are there before the clock starts. */
    memset(client->frameBuffer, 0, (size_t)number[0] * number[1] * number[2] / 8);
    position = 0;

    double start = now();
    while (position < length || client->buffered > 0)
      if (!HandleRFBServerMessage(client)) fail("the stream was not understood");
    double seconds = now() - start;

    if (argc > 11) save(client, argv[11]);
    printf("{\"seconds\":%.9f,\"decoder\":\"libvncclient\"}\n", seconds);
    fflush(stdout);
    free(client->frameBuffer);
    client->sock = RFB_INVALID_SOCKET;
    rfbClientCleanup(client);
  }
  return 0;
}
