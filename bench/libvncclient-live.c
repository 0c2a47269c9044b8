/*
 * libvncclient on a live server:
 *   libvncclient-live sessions PORT COUNT    opens them, lets each paint its screen; {"rss_before","rss","cpu"} and a hash
 *   libvncclient-live latency PORT COUNT     presses "x" and waits for pixels, COUNT times; a line of seconds each
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <rfb/rfbclient.h>

enum { TIMEOUT_US = 10 * 1000 * 1000, QUIET_US = 300 * 1000, KEY_SPACING_US = 60 * 1000 };

static void fail(const char *what) {
  fprintf(stderr, "libvncclient-live: %s\n", what);
  exit(1);
}

static void silent(const char *format, ...) { (void)format; }

/* Pixels painted since the last look, for all sessions: they are waited for one after the other. */
static long painted;

static void on_painted(rfbClient *client, int x, int y, int width, int height) {
  (void)client, (void)x, (void)y;
  painted += (long)width * height;
}

static rfbClient *open_session(int port) {
  rfbClient *client = rfbGetClient(8, 3, 4);
  free(client->serverHost);
  client->serverHost = strdup("127.0.0.1");
  client->serverPort = port;
  client->GotFrameBufferUpdate = on_painted;
  client->appData.encodingsString = "tight zrle hextile raw";
  client->appData.enableJPEG = FALSE;
  if (!rfbInitClient(client, NULL, NULL)) fail("no session");
  return client;
}

static void handle_one(rfbClient *client, int timeout) {
  int ready = client->buffered > 0 ? 1 : WaitForMessage(client, timeout);
  if (ready <= 0) fail("the server is silent");
  if (!HandleRFBServerMessage(client)) fail("the session broke");
}

static void paint_all(rfbClient *client) {
  for (painted = 0; painted < (long)client->width * client->height;) handle_one(client, TIMEOUT_US);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long resident(void) {
  long total, pages;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &total, &pages) != 2) fail("no /proc/self/statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

static void sessions(int port, int count) {
  rfbClient **all = calloc(count, sizeof *all);
  long before = resident();
  double start = now(), used = cpu();
  for (int i = 0; i < count; i++) paint_all(all[i] = open_session(port));
  int same = 0;
  for (int i = 0; i < count; i++)
    same += memcmp(all[i]->frameBuffer, all[0]->frameBuffer, (size_t)all[0]->width * all[0]->height * 4) == 0;
  if (same != count) fail("the pictures differ");
  printf("{\"before\":%ld,\"resident\":%ld,\"cpu\":%.6f,\"seconds\":%.6f}\n", before, resident(), cpu() - used, now() - start);
}

static void latency(int port, int count) {
  rfbClient *client = open_session(port);
  paint_all(client);
  while (WaitForMessage(client, QUIET_US) > 0) handle_one(client, TIMEOUT_US);
  for (int i = 0; i < count; i++) {
    usleep(KEY_SPACING_US);
    while (client->buffered > 0 || WaitForMessage(client, 0) > 0) handle_one(client, TIMEOUT_US);
    double start = now();
    painted = 0;
    if (!SendKeyEvent(client, 'x', TRUE)) fail("the key was not sent");
    while (painted == 0) handle_one(client, TIMEOUT_US);
    printf("%.9f\n", now() - start);
    SendKeyEvent(client, 'x', FALSE);
  }
}

int main(int argc, char **argv) {
  if (argc < 4) fail("arguments are missing");
  rfbClientLog = silent;
  int port = atoi(argv[2]), count = atoi(argv[3]);
  if (strcmp(argv[1], "sessions") == 0) sessions(port, count);
  else latency(port, count);
  return 0;
}
