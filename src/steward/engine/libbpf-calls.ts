import koffi, { type LibraryHandle } from "koffi";

/**
 * The functions of Debian's `libbpf.so.1` (1.0 and later) that the engine uses, as they are: negative numbers are errors. Structures are
 * buffers that begin with their own size, so older and newer libraries agree on them. Where the library is not there, the answer is why not.
 */
export interface LibbpfCalls {
  openMemory(bytes: Uint8Array, size: number, options: Uint8Array): Handle | null;
  load(object: Handle): number;
  close(object: Handle): void;
  findMap(object: Handle, name: string): Handle | null;
  findProgram(object: Handle, name: string): Handle | null;
  mapFd(map: Handle): number;
  programFd(program: Handle): number;
  setAutoload(program: Handle, wanted: boolean): number;
  setMaxEntries(map: Handle, most: number): number;
  update(map: number, key: Uint8Array, ...rest: readonly [value: Uint8Array, flags: number]): number;
  lookup(map: number, key: Uint8Array, value: Uint8Array): number;
  remove(map: number, key: Uint8Array): number;
  nextKey(map: number, key: Uint8Array | null, next: Uint8Array): number;
  createMap(type: number, name: string, ...rest: readonly [keySize: number, valueSize: number, most: number, options: null]): number;
  testRun(program: number, options: Uint8Array): number;
  ringNew(map: number, callback: bigint, ...rest: readonly [context: null, options: null]): Handle | null;
  ringConsume(ring: Handle): number;
  ringFree(ring: Handle): void;
  hookCreate(hook: Uint8Array): number;
  hookDestroy(hook: Uint8Array): number;
  attach(hook: Uint8Array, options: Uint8Array): number;
  detach(hook: Uint8Array, options: Uint8Array): number;
  query(hook: Uint8Array, options: Uint8Array): number;
  linkCreate(program: number, target: number, ...rest: readonly [type: number, options: Uint8Array]): number;
  programById(id: number): number;
  mapById(id: number): number;
  information(fd: number, into: Uint8Array, size: Uint8Array): number;
  closeFd(fd: number): number;
  unshare(flags: number): number;
  getsockopt(socket: number, level: number, ...rest: readonly [option: number, value: Uint8Array, size: Uint8Array]): number;
  systemCall(number: number, ...rest: readonly [one: number, two: number, three: number]): number;
}

/** A pointer of the library's. */
export type Handle = { readonly brand: unique symbol } | bigint;

export type Libbpf =
  | { readonly state: "present"; readonly calls: LibbpfCalls }
  | { readonly state: "absent" | "unknown"; readonly why: string };

const MISSING = "there is no libbpf.so.1 (Debian's package libbpf1)";

let loaded: Libbpf | undefined;

/** The library, loaded once. */
export function libbpf(): Libbpf {
  loaded ??= loadLibbpf();
  return loaded;
}

function loadLibbpf(): Libbpf {
  if (process.platform !== "linux") return { state: "absent", why: "only Linux has BPF" };
  try {
    const calls = bind(koffi.load("libbpf.so.1"), koffi.load("libc.so.6"));
    return { state: "present", calls };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isMissing = /cannot open shared object|No such file/.test(error.message);
    return isMissing ? { state: "absent", why: MISSING } : { state: "unknown", why: `libbpf.so.1 cannot be used: ${error.message}` };
  }
}

function bind(library: LibraryHandle, c: LibraryHandle): LibbpfCalls {
  // What the library would print goes into errors, where it is asked for.
  library.func("void *libbpf_set_print(void *)")(null);
  return {
    ...objectCalls(library),
    ...mapCalls(library),
    ...hookCalls(library),
    closeFd: c.func("int close(int)"),
    unshare: c.func("int unshare(int)"),
    getsockopt: c.func("int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint8_t *)"),
    systemCall: c.func("long syscall(long, long, long, long)"),
  };
}

type ObjectCalls =
  | "openMemory"
  | "load"
  | "close"
  | "findMap"
  | "findProgram"
  | "mapFd"
  | "programFd"
  | "setAutoload"
  | "setMaxEntries"
  | "testRun";

function objectCalls(library: LibraryHandle): Pick<LibbpfCalls, ObjectCalls> {
  return {
    openMemory: library.func("void *bpf_object__open_mem(const uint8_t *, size_t, const uint8_t *)"),
    load: library.func("int bpf_object__load(void *)"),
    close: library.func("void bpf_object__close(void *)"),
    findMap: library.func("void *bpf_object__find_map_by_name(void *, const char *)"),
    findProgram: library.func("void *bpf_object__find_program_by_name(void *, const char *)"),
    mapFd: library.func("int bpf_map__fd(void *)"),
    programFd: library.func("int bpf_program__fd(void *)"),
    setAutoload: library.func("int bpf_program__set_autoload(void *, bool)"),
    setMaxEntries: library.func("int bpf_map__set_max_entries(void *, uint32_t)"),
    testRun: library.func("int bpf_prog_test_run_opts(int, _Inout_ uint8_t *)"),
  };
}

type MapCalls = "update" | "lookup" | "remove" | "nextKey" | "createMap" | "ringNew" | "ringConsume" | "ringFree";

function mapCalls(library: LibraryHandle): Pick<LibbpfCalls, MapCalls> {
  return {
    update: library.func("int bpf_map_update_elem(int, const uint8_t *, const uint8_t *, uint64_t)"),
    lookup: library.func("int bpf_map_lookup_elem(int, const uint8_t *, _Out_ uint8_t *)"),
    remove: library.func("int bpf_map_delete_elem(int, const uint8_t *)"),
    nextKey: library.func("int bpf_map_get_next_key(int, const uint8_t *, _Out_ uint8_t *)"),
    createMap: library.func("int bpf_map_create(int, const char *, uint32_t, uint32_t, uint32_t, void *)"),
    ringNew: library.func("void *ring_buffer__new(int, void *, void *, void *)"),
    ringConsume: library.func("int ring_buffer__consume(void *)"),
    ringFree: library.func("void ring_buffer__free(void *)"),
  };
}

type HookCalls = "hookCreate" | "hookDestroy" | "attach" | "detach" | "query" | "linkCreate" | "programById" | "mapById" | "information";

function hookCalls(library: LibraryHandle): Pick<LibbpfCalls, HookCalls> {
  return {
    hookCreate: library.func("int bpf_tc_hook_create(_Inout_ uint8_t *)"),
    hookDestroy: library.func("int bpf_tc_hook_destroy(_Inout_ uint8_t *)"),
    attach: library.func("int bpf_tc_attach(const uint8_t *, _Inout_ uint8_t *)"),
    detach: library.func("int bpf_tc_detach(const uint8_t *, const uint8_t *)"),
    query: library.func("int bpf_tc_query(const uint8_t *, _Inout_ uint8_t *)"),
    linkCreate: library.func("int bpf_link_create(int, int, int, const uint8_t *)"),
    programById: library.func("int bpf_prog_get_fd_by_id(uint32_t)"),
    mapById: library.func("int bpf_map_get_fd_by_id(uint32_t)"),
    information: library.func("int bpf_obj_get_info_by_fd(int, _Out_ uint8_t *, _Inout_ uint8_t *)"),
  };
}

/** `EEXIST`, `EPERM`, ... of what a function of the library gave (negative); of 0 and -1, which say nothing, what the C library's `errno` says. */
export function errorName(result: number): string {
  const number = result < -1 ? -result : koffi.errno();
  return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `error ${number}`;
}
