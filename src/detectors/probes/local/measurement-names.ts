/**
 * Every number that the local probe measures, by the name under which a view holds its samples. Checks take their names from here. A
 * measurement that could not be made is missing from the view.
 */
export const measurementNames = {
  "readRate.nsPerRead":
    "nanoseconds to read one byte of /dev/zero (the test for Sebek, which exports what read() returns); each sample the mean of a batch",
  "readRate.nsPerWrite":
    "nanoseconds to write one byte to /dev/null, in a batch beside each of those: the same way through the program and the kernel, but nothing that a keystroke logger wants",
  "readRate.quietNsPerCall":
    "nanoseconds to ask for the parent's process id, in a batch beside each of those: the cheapest way into the kernel",
  "readRate.reads": "how many reads each reading phase made",
  "readRate.readingMs": "milliseconds that each reading phase took",
  "readRate.idleMs": "milliseconds that each idle phase took, one before each reading phase",
  "readRate.packetsOut": "packets sent during each reading phase, all interfaces but loopback together",
  "readRate.packetsOutIdle": "packets sent during each idle phase, all interfaces but loopback together",
  "readRate.loopbackPackets": "packets sent over loopback during each reading phase",
  "readRate.loopbackPacketsIdle": "packets sent over loopback during each idle phase",
  "clock.wallAgainstMonotonicPpm":
    "how much faster the wall clock ran than the monotonic one while we measured, parts per million (one sample; exact to about 10)",
  "clock.sleepOvershootMs": "milliseconds by which a sleep was longer than asked; negative: shorter, as where a sandbox skips sleeps",
  "clock.monotonicSeconds": "seconds since boot by the kernel's clock itself, to compare with /proc/uptime",
  "file.nsPerOpen":
    "nanoseconds to open and close a program's file (file monitors, auditing, tracers make it slow); each sample the mean of a batch",
  "process.msPerStart": "milliseconds to start /bin/true and see its end (tracers, preloaded libraries, exec monitors make it slow)",
  "process.unlisted": "how many processes exist that a listing of /proc does not name (one sample; process ids up to 32768)",
  "process.id": "our process id",
  "processor.available": "processors that the scheduler lets us use",
  "rootFileSystem.freeBytes": "bytes that are free where / is",
  "rootFileSystem.files": "inodes that the file system of / has; 0: it does not count them",
  "rootFileSystem.filesUsed": "inodes in use where / is",
  "rootFileSystem.type": "magic number of the file system of /, as statfs tells it (overlayfs 0x794c7630)",
} as const satisfies Readonly<Record<string, string>>;

export type MeasurementName = keyof typeof measurementNames;

/** Samples by name; what could not be measured is missing. */
export type Measurements = Readonly<Partial<Record<MeasurementName, readonly number[]>>>;
