/*
 * Loaded into a node under test before its own libraries (LD_PRELOAD): writes down every connection the process opens
 * and every name it asks for, whichever part of the program does it, and answers names from a list of the test's own.
 *
 * WITNESS_LINES        file the lines are added to: "s" (loaded), "c ADDRESS:PORT", "u ADDRESS:PORT" (a datagram), "n NAME"
 * WITNESS_NAMES  file that answers names, one a line: "NAME ADDRESS ADDRESS ..."; other names: as ever
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static void put(const char *line, size_t length) {
  const char *path = getenv("WITNESS_LINES");
  if (!path) return;
  int kept = errno;
  int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) {
    /* One write of a short line to a file opened for appending is whole. */
    ssize_t written = write(file, line, length);
    (void)written;
    close(file);
  }
  errno = kept;
}

__attribute__((constructor)) static void loaded(void) { put("s\n", 2); }

static void put_address(char kind, const struct sockaddr *to) {
  char text[INET6_ADDRSTRLEN], line[INET6_ADDRSTRLEN + 32];
  int length = 0;
  if (!to) return;
  if (to->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)to;
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
    length = snprintf(line, sizeof line, "%c %s:%u\n", kind, text, ntohs(in->sin_port));
  } else if (to->sa_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)to;
    inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text);
    length = snprintf(line, sizeof line, "%c [%s]:%u\n", kind, text, ntohs(in->sin6_port));
  }
  if (length > 0) put(line, (size_t)length);
}

int connect(int socket, const struct sockaddr *to, socklen_t size) {
  static int (*real)(int, const struct sockaddr *, socklen_t);
  if (!real) real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  put_address('c', to);
  return real(socket, to, size);
}

ssize_t sendto(int socket, const void *bytes, size_t count, int flags, const struct sockaddr *to, socklen_t size) {
  static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  if (!real)
    real = (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "sendto");
  put_address('u', to);
  return real(socket, bytes, count, flags, to, size);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
  static ssize_t (*real)(int, const struct msghdr *, int);
  if (!real) real = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
  if (message) put_address('u', (const struct sockaddr *)message->msg_name);
  return real(socket, message, flags);
}

typedef int asking(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* The addresses of a line of the list, chained. */
static int answer(asking *real, char *rest, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  struct addrinfo **end = found, numeric;
  char *place = NULL;
  memset(&numeric, 0, sizeof numeric);
  if (hints) numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  numeric.ai_flags &= ~AI_ADDRCONFIG;
  *found = NULL;
  for (char *one = strtok_r(rest, " \n", &place); one; one = strtok_r(NULL, " \n", &place)) {
    if (real(one, service, &numeric, end) != 0) continue;
    while (*end) end = &(*end)->ai_next;
  }
  return *found ? 0 : EAI_NONAME;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  static asking *real;
  if (!real) real = (asking *)dlsym(RTLD_NEXT, "getaddrinfo");
  if (name) {
    char line[1100];
    int length = snprintf(line, sizeof line, "n %.1024s\n", name);
    if (length > 0) put(line, (size_t)length);
    const char *list = getenv("WITNESS_NAMES");
    FILE *file = list ? fopen(list, "re") : NULL;
    if (file) {
      char known[2048];
      size_t size = strlen(name);
      while (fgets(known, sizeof known, file)) {
        if (strncasecmp(known, name, size) == 0 && known[size] == ' ') {
          fclose(file);
          return answer(real, known + size, service, hints, found);
        }
      }
      fclose(file);
    }
  }
  return real(name, service, hints, found);
}
