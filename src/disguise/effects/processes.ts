import type { DecoyProcess } from "../effect.ts";
import type { EffectOf, Effects } from "./effect-of.ts";

/** Background processes: name as the kernel has it (15 characters), arguments, and the program that they seem to be. */
const process = (program: string, ...more: readonly string[]): DecoyProcess => ({
  name: program.slice(program.lastIndexOf("/") + 1).slice(0, 15),
  arguments: [program, ...more],
  program,
});

/** A script under an interpreter: the kernel's name is the interpreter's. */
const python = (...words: readonly string[]): DecoyProcess => ({
  name: "python3",
  arguments: ["/usr/bin/python3", ...words],
  program: "/usr/bin/python3",
});

const runs =
  (...processes: readonly DecoyProcess[]): EffectOf =>
  () => ({ processes });

const twistd = (home: string, name: string): DecoyProcess => ({
  name: "twistd",
  arguments: [
    `${home}/env/bin/python3`,
    `${home}/env/bin/twistd`,
    "--umask=0022",
    `--pidfile=${home}/var/run/${name}.pid`,
    "-l",
    "-",
    name,
  ],
  program: "/usr/bin/python3",
});

export const processEffects: Effects = {
  "processes.vmware-tools": runs(process("/usr/bin/vmtoolsd"), process("/usr/bin/VGAuthService")),
  "processes.virtualbox-additions": runs(process("/usr/sbin/VBoxService", "--pidfile", "/var/run/vboxadd-service.sh")),
  "processes.qemu-agent": runs(process("/usr/sbin/qemu-ga", "--method=virtio-serial", "--path=/dev/virtio-ports/org.qemu.guest_agent.0")),
  "processes.spice-agent": runs(process("/usr/sbin/spice-vdagentd")),
  "processes.xen-agent": runs(process("/usr/sbin/xe-daemon", "-p", "/var/run/xe-daemon.pid")),
  "processes.hyper-v-agent": runs(process("/usr/sbin/hv_kvp_daemon", "-n")),
  "processes.parallels-tools": runs(process("/usr/bin/prltoolsd", "-p", "/var/run/prltoolsd.pid")),
  "processes.cowrie": runs(twistd("/opt/cowrie", "cowrie")),
  "processes.dionaea": runs(process("/opt/dionaea/bin/dionaea", "-u", "dionaea", "-g", "dionaea", "-c", "/etc/dionaea/dionaea.cfg")),
  "processes.honeyd": runs(process("/usr/bin/honeyd", "-d", "-f", "/etc/honeypot/honeyd.conf", "-i", "eth0")),
  "processes.opencanary": runs(python("/usr/local/bin/twistd", "-noy", "/usr/local/bin/opencanary.tac")),
  "processes.honeytrap": runs(process("/usr/sbin/honeytrap", "-C", "/etc/honeytrap/honeytrap.conf", "-D")),
  "processes.sandbox": runs(python("/root/analyzer/analyzer.py")),
  "processes.falco": runs(process("/usr/bin/falco", "-c", "/etc/falco/falco.yaml")),
  "processes.sniffer": runs(process("/usr/bin/tcpdump", "-i", "any", "-w", "/var/log/capture/today.pcap", "-s", "0")),
  "processes.snort": runs(process("/usr/sbin/snort", "-D", "-c", "/etc/snort/snort.conf", "-i", "eth0")),
  "processes.audit-agent": runs(process("/sbin/auditd")),
  "processes.fleet-agent": runs(process("/usr/bin/osqueryd", "--flagfile=/etc/osquery/osquery.flags")),
  "processes.recorder": runs(process("/usr/bin/tlog-rec-session")),
  "processes.tracer": runs(process("/usr/bin/strace", "-f", "-p1180", "-o", "/var/log/ssh-sessions.trace")),
  "processes.endpoint-agent": runs(process("/opt/sensor/falcon-sensor")),
};
