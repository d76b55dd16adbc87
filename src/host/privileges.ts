/**
 * Which accounts the sensor runs under. Started as root, it gives up its rights before the first connection is accepted, but for one: it can
 * still start and end workers under their own account. (The kernel lets a process go back to its saved user id; a second process that stays
 * root would have to hold the workers' channels, and so read what they write.)
 */
export interface Privileges {
  /** The account of workers; undefined: they run under the sensor's own, which is weaker: they could signal it. */
  readonly worker: Account | undefined;
  /** Does what needs the rights of the one who started the sensor. */
  raised<T>(act: () => T): T;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Rights of a sensor that was not started as root: everything runs under one account. */
export const ORDINARY: Privileges = { worker: undefined, raised: (act) => act() };

/** Rights of root with separate workers. Before `drop` everything runs as root. */
export class RootPrivileges implements Privileges {
  readonly worker: Account;
  #sensor: Account | undefined;

  constructor(worker: Account) {
    this.worker = worker;
  }

  /** From now on the sensor acts as `sensor`: files, sockets, signals. */
  drop(sensor: Account): void {
    process.setgroups?.([sensor.gid]);
    this.#sensor = sensor;
    this.#lower(sensor);
  }

  raised<T>(act: () => T): T {
    const sensor = this.#sensor;
    if (sensor === undefined) return act();
    process.seteuid?.(0);
    process.setegid?.(0);
    try {
      return act();
    } finally {
      this.#lower(sensor);
    }
  }

  #lower(sensor: Account): void {
    process.setegid?.(sensor.gid);
    process.seteuid?.(sensor.uid);
  }
}
