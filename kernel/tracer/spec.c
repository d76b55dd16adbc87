/* Parses the file that says what is forged (spec.h has its grammar). Strict: what is not understood is a mistake, never left out. */
#include "spec.h"

enum { MOST_WORDS = 8 };

struct words {
  char *word[MOST_WORDS];
  u32 count;
};

/* Cuts a line at its single spaces; 0 where a word is empty or there are too many. */
static int cut(char *line, struct words *words) {
  words->count = 0;
  for (char *at = line;;) {
    if (words->count == MOST_WORDS) return 0;
    words->word[words->count++] = at;
    const char *begin = at;
    while (*at != 0 && *at != ' ') at++;
    if (at == begin) return 0;
    if (*at == 0) return 1;
    *at++ = 0;
  }
}

static int digit_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char lower = (char)(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static int parse_number(const char *word, u32 *number) {
  u32 digits = 0;
  *number = 0;
  for (; word[digits] != 0; digits++) {
    const int digit = digit_of(word[digits]);
    if (digit < 0 || digits == 8) return 0;
    *number = *number << 4 | (u32)digit;
  }
  return digits > 0;
}

static int parse_subleaf(const char *word, long *subleaf) {
  u32 number;
  if (equal(word, "*")) {
    *subleaf = ANY_SUBLEAF;
    return 1;
  }
  if (!parse_number(word, &number)) return 0;
  *subleaf = number;
  return 1;
}

static int overlaps(long one, long other) {
  return one == other || one == ANY_SUBLEAF || other == ANY_SUBLEAF;
}

static int has_leaf(const struct spec *spec, u32 leaf, long subleaf) {
  for (u32 at = 0; at < spec->leaf_count; at++)
    if (spec->leaves[at].leaf == leaf && overlaps(spec->leaves[at].subleaf, subleaf)) return 1;
  return 0;
}

static int has_mask(const struct spec *spec, u32 leaf, long subleaf) {
  for (u32 at = 0; at < spec->mask_count; at++)
    if (spec->masks[at].leaf == leaf && overlaps(spec->masks[at].subleaf, subleaf)) return 1;
  return 0;
}

static const char *parse_leaf(const struct words *words, struct spec *spec) {
  if (words->count != 7) return "`cpuid` takes a leaf, a subleaf and four registers";
  if (spec->leaf_count == MOST_RULES) return "too many `cpuid` lines";
  struct leaf_rule *rule = &spec->leaves[spec->leaf_count];
  if (!parse_number(words->word[1], &rule->leaf) || !parse_subleaf(words->word[2], &rule->subleaf)) return "not a leaf and a subleaf";
  for (u32 at = 0; at < 4; at++)
    if (!parse_number(words->word[3 + at], &rule->answer.value[at])) return "not a register's value";
  if (has_leaf(spec, rule->leaf, rule->subleaf) || has_mask(spec, rule->leaf, rule->subleaf)) return "a leaf that has its answer already";
  spec->leaf_count++;
  return NULL;
}

static int parse_register(const char *word, u32 *which) {
  static const char names[4][4] = {"eax", "ebx", "ecx", "edx"};
  for (*which = 0; *which < 4; ++*which)
    if (equal(word, names[*which])) return 1;
  return 0;
}

static const char *parse_mask(const struct words *words, struct spec *spec) {
  if (words->count != 6) return "`mask` takes a leaf, a subleaf, a register, and bits to clear and to set";
  if (spec->mask_count == MOST_RULES) return "too many `mask` lines";
  struct mask_rule *rule = &spec->masks[spec->mask_count];
  if (!parse_number(words->word[1], &rule->leaf) || !parse_subleaf(words->word[2], &rule->subleaf)) return "not a leaf and a subleaf";
  if (!parse_register(words->word[3], &rule->which)) return "not a register: eax, ebx, ecx or edx";
  if (!parse_number(words->word[4], &rule->clear) || !parse_number(words->word[5], &rule->set)) return "not a register's bits";
  if (has_leaf(spec, rule->leaf, rule->subleaf)) return "a leaf that has its answer already";
  spec->mask_count++;
  return NULL;
}

static const char *parse_absent(const struct words *words, struct spec *spec) {
  if (words->count != 3) return "`absent` takes the first and the last leaf";
  if (spec->absent_count == MOST_RULES) return "too many `absent` lines";
  struct absent_rule *rule = &spec->absent[spec->absent_count];
  if (!parse_number(words->word[1], &rule->first) || !parse_number(words->word[2], &rule->last)) return "not a leaf";
  if (rule->first == 0 || rule->last < rule->first) return "the first leaf must be above zero and not behind the last one";
  spec->absent_count++;
  return NULL;
}

static const char *parse_port_registers(const struct words *words, struct port_rule *rule) {
  if (words->count == 3 && equal(words->word[2], "time")) {
    rule->time = 1;
    return NULL;
  }
  if (words->count != 6) return "`port` takes a command and four registers, or `time`";
  for (u32 at = 0; at < 4; at++) {
    if (equal(words->word[2 + at], "same"))
      rule->same |= 1U << at;
    else if (!parse_number(words->word[2 + at], &rule->answer.value[at]))
      return "not a register's value";
  }
  return NULL;
}

static const char *parse_port(const struct words *words, struct spec *spec) {
  if (spec->port_count == MOST_RULES) return "too many `port` lines";
  struct port_rule rule = {0};
  if (words->count < 2 || !parse_number(words->word[1], &rule.command) || rule.command > 0xffff) return "not a command of the port";
  for (u32 at = 0; at < spec->port_count; at++)
    if (spec->ports[at].command == rule.command) return "a command that has its answer already";
  const char *why = parse_port_registers(words, &rule);
  if (why != NULL) return why;
  spec->ports[spec->port_count++] = rule;
  return NULL;
}

static const char *parse_others(const struct words *words, struct spec *spec) {
  if (spec->has_others) return "`others` for the second time";
  if (words->count != 2 || !parse_number(words->word[1], &spec->others)) return "`others` takes a register's value";
  spec->has_others = 1;
  return NULL;
}

static const char *parse_line(char *line, struct spec *spec) {
  struct words words;
  if (!cut(line, &words)) return "words are to be between single spaces, and at most eight";
  if (equal(words.word[0], "cpuid")) return parse_leaf(&words, spec);
  if (equal(words.word[0], "mask")) return parse_mask(&words, spec);
  if (equal(words.word[0], "absent")) return parse_absent(&words, spec);
  if (equal(words.word[0], "port")) return parse_port(&words, spec);
  if (equal(words.word[0], "others")) return parse_others(&words, spec);
  return "a line begins with cpuid, mask, absent, port or others";
}

/* The next line without its end; NULL: it has none, so the file was cut short. */
static char *end_line(char *line) {
  char *end = line;
  while (*end != 0 && *end != '\n') end++;
  if (*end == 0) return NULL;
  *end = 0;
  return end + 1;
}

struct spec_mistake parse_spec(char *text, struct spec *spec) {
  memset(spec, 0, sizeof *spec);
  u32 number = 1;
  for (char *line = text, *next; number == 1 || *line != 0; line = next, number++) {
    next = end_line(line);
    if (next == NULL) return (struct spec_mistake){number, "the last line has no end"};
    if (number > 1 && (*line == '#' || *line == 0)) continue;
    const char *why = number > 1                         ? parse_line(line, spec)
                      : equal(line, "utsusemi-tracer 1") ? NULL
                                                         : "the first line is `utsusemi-tracer 1`";
    if (why != NULL) return (struct spec_mistake){number, why};
  }
  return (struct spec_mistake){0, NULL};
}
