import { STEWARD_SERVICE } from "../../steward/place.ts";

/** What the units of the service are made from. */
export interface ServicePaths {
  /** The pinned Node. */
  readonly node: string;
  /** bin/utsusemi.js of the checkout. */
  readonly program: string;
  /** The checkout. */
  readonly root: string;
  readonly configuration: string;
  readonly state: string;
}

export interface ServiceListener {
  readonly address: string;
  readonly port: number;
}

export interface ServedBy {
  /** Decoys that listen. */
  readonly decoys: readonly string[];
  /** Whether the sensor asks the steward. */
  readonly hasSteward: boolean;
}

export const SERVICE = "utsusemi.service";

export function socketName(decoy: string): string {
  return `utsusemi-${decoy}.socket`;
}

/**
 * The service unit. systemd holds the listening sockets, so the sensor needs no right to bind them. It starts as root with two rights only,
 * those to become its own accounts, and gives them up before the first visitor is accepted (systemd.exec(5), capabilities(7)).
 */
export function serviceUnit(paths: ServicePaths, { decoys, hasSteward }: ServedBy): string {
  const sockets = decoys.map(socketName).join(" ");
  return `[Unit]
Description=Utsusemi sensor (decoys)
Documentation=file://${paths.root}/README.md
Requires=${sockets}
${hasSteward ? `Wants=${STEWARD_SERVICE}\n` : ""}After=network.target ${sockets}${hasSteward ? ` ${STEWARD_SERVICE}` : ""}

[Service]
Type=exec
ExecStart=${paths.node} ${paths.program} up --config ${paths.configuration} --state ${paths.state}
Restart=on-failure
RestartSec=2
Sockets=${sockets}
TimeoutStopSec=20
KillMode=mixed
LimitNOFILE=65536
TasksMax=256
MemoryMax=1G
OOMPolicy=continue
StateDirectory=utsusemi
StateDirectoryMode=0700
UMask=0077
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL CAP_CHOWN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@mount @swap @reboot @raw-io @module @debug @obsolete @cpu-emulation @clock
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The steward's unit, for who has the wire disguise: it must be there before the sensor, which alone may ask it beside root. What it does needs
 * the host's own mounts, names and modules, so nothing may give it others: only what it never does is taken away (systemd.exec(5), in which
 * settings that are done by mounts are left out on purpose). What it has started for a story goes on without it.
 */
export function stewardUnit(paths: ServicePaths, account: string): string {
  return `[Unit]
Description=Utsusemi steward (changes this host for those who may ask)
Documentation=file://${paths.root}/README.md
After=local-fs.target network-pre.target systemd-modules-load.service
Before=${SERVICE}
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${paths.node} ${paths.program} steward --account ${account}
Restart=on-failure
RestartSec=1
KillMode=process
TimeoutStopSec=30
CPUWeight=1000
OOMPolicy=continue
OOMScoreAdjust=-500
LimitMEMLOCK=infinity
CapabilityBoundingSet=~CAP_SYS_BOOT CAP_SYS_TIME CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_LEASE CAP_SYS_PACCT CAP_SYS_TTY_CONFIG CAP_AUDIT_CONTROL
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=~@reboot @swap @clock @cpu-emulation @obsolete
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** The socket unit of one decoy; the sensor knows by the descriptor's name what it was handed (sd_listen_fds_with_names(3)). */
export function socketUnit(decoy: string, listeners: readonly ServiceListener[]): string {
  return `[Unit]
Description=Utsusemi sensor's ${decoy} sockets

[Socket]
${listeners.map((listener) => `ListenStream=${streamAddress(listener)}`).join("\n")}
FileDescriptorName=${decoy}
Service=${SERVICE}
BindIPv6Only=both
Backlog=4096
NoDelay=yes
Accept=no

[Install]
WantedBy=sockets.target
`;
}

function streamAddress({ address, port }: ServiceListener): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
