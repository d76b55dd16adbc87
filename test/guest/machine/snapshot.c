/*
 * Everything in one file system that a change could leave its mark on, a line
 * an entry: snapshot ROOT [EXCLUDED ...]
 *
 *   path type+mode uid:gid modified(ns) links first-path-of-the-inode
 * size+hash-or-target attribute=value ...
 *
 * Names are sorted, what is mounted below is not entered, and bytes outside
 * printable ASCII are written as %XX. The hash is quick and no cryptographic
 * one: nobody here makes collisions on purpose. Access and change times and
 * inode numbers are not compared.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOST = 1 << 16 };

static dev_t device;
static char **excluded;
static struct seen {
  ino_t inode;
  char *path;
} * seen;
static size_t seen_count;

static void failed(const char *path) {
  perror(path);
  exit(1);
}

static void print_escaped(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    const unsigned char c = (unsigned char)text[i];
    if (c > ' ' && c < 127 && c != '%')
      putchar(c);
    else
      printf("%%%02x", c);
  }
}

static const char *first_path(const char *path, const struct stat *s) {
  if (S_ISDIR(s->st_mode) || s->st_nlink < 2)
    return path;
  for (size_t i = 0; i < seen_count; i++)
    if (seen[i].inode == s->st_ino)
      return seen[i].path;
  seen = realloc(seen, (seen_count + 1) * sizeof(*seen));
  seen[seen_count++] = (struct seen){s->st_ino, strdup(path)};
  return path;
}

static void print_hash(const char *path) {
  static uint64_t words[MOST / 8];
  uint64_t a = 0x9e3779b97f4a7c15, b = 0xc2b2ae3d27d4eb4f, total = 0;
  const int file = open(path, O_RDONLY | O_NOFOLLOW | O_NOATIME);
  if (file < 0)
    failed(path);
  for (ssize_t count; (count = read(file, words, MOST)) != 0;) {
    if (count < 0)
      failed(path);
    memset((char *)words + count, 0, (size_t)(-count & 7));
    for (ssize_t i = 0; i < (count + 7) / 8; i++) {
      a = (a ^ words[i]) * 0xff51afd7ed558ccd;
      b = (b + a) ^ (a >> 29);
    }
    total += (uint64_t)count;
  }
  close(file);
  printf(" %lu+%016lx%016lx", total, a, b);
}

static void print_target(const char *path) {
  char target[4096];
  const ssize_t length = readlink(path, target, sizeof(target));
  if (length < 0)
    failed(path);
  printf(" ->");
  print_escaped(target, (size_t)length);
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

/* ACLs are among the attributes: system.posix_acl_access and _default. */
static void print_attributes(const char *path) {
  static char names[MOST], value[MOST];
  char *sorted[256];
  size_t count = 0;
  const ssize_t length = llistxattr(path, names, sizeof(names));
  if (length < 0)
    failed(path);
  for (char *name = names; name < names + length && count < 256;
       name += strlen(name) + 1)
    sorted[count++] = name;
  qsort(sorted, count, sizeof(*sorted), by_name);
  for (size_t i = 0; i < count; i++) {
    const ssize_t size = lgetxattr(path, sorted[i], value, sizeof(value));
    printf(" %s=", sorted[i]);
    if (size > 0)
      print_escaped(value, (size_t)size);
  }
}

static int is_excluded(const char *path) {
  for (char **one = excluded; *one != NULL; one++)
    if (!strcmp(path, *one))
      return 1;
  return 0;
}

static void walk(const char *path);

static void enter(const char *path) {
  struct dirent **names;
  const int count = scandir(path, &names, NULL, alphasort);
  if (count < 0)
    failed(path);
  for (int i = 0; i < count; i++) {
    char *below;
    if (strcmp(names[i]->d_name, ".") && strcmp(names[i]->d_name, "..")) {
      if (asprintf(&below, "%s/%s", strcmp(path, "/") ? path : "",
                   names[i]->d_name) < 0)
        failed(path);
      walk(below);
      free(below);
    }
    free(names[i]);
  }
  free(names);
}

static void walk(const char *path) {
  struct stat s;
  if (is_excluded(path))
    return;
  if (lstat(path, &s) != 0)
    failed(path);
  if (s.st_dev != device)
    return;
  print_escaped(path, strlen(path));
  printf(" %o %u:%u %ld.%09ld %lu ", s.st_mode, s.st_uid, s.st_gid,
         s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_nlink);
  const char *first = first_path(path, &s);
  print_escaped(first, strlen(first));
  if (S_ISREG(s.st_mode))
    print_hash(path);
  if (S_ISLNK(s.st_mode))
    print_target(path);
  print_attributes(path);
  putchar('\n');
  if (S_ISDIR(s.st_mode))
    enter(path);
}

int main(int count, char **arguments) {
  struct stat s;
  if (count < 2 || lstat(arguments[1], &s) != 0)
    return 2;
  device = s.st_dev;
  excluded = arguments + 2;
  walk(arguments[1]);
  return fflush(stdout) == 0 ? 0 : 1;
}
