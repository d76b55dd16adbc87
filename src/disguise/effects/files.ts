import { exists, textOf } from "../../detectors/views/files.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import { hexOf } from "../draw.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, type Host, shows, unavailable } from "./effect-of.ts";

/** What products leave on a host. The texts are our own: only the names and places are the products'. */
const PRODUCTS: Readonly<Record<string, Contents>> = {
  cowrie: {
    "/opt/cowrie/etc/cowrie.cfg":
      "[honeypot]\nsensor_name = sensor-07\nhostname = svr04\n\n[ssh]\nlisten_endpoints = tcp:2222:interface=0.0.0.0\n",
    "/opt/cowrie/etc/userdb.txt": "root:x:!root\nroot:x:*\n",
    "/opt/cowrie/var/log/cowrie/cowrie.log": "",
    "/opt/cowrie/var/lib/cowrie/downloads": { directory: true },
    "/opt/cowrie/share/cowrie/fs.pickle": "",
  },
  kippo: {
    "/opt/kippo/kippo.cfg": "[honeypot]\nssh_port = 2222\nhostname = svr03\nlog_path = log\ndownload_path = dl\n",
    "/opt/kippo/kippo.tac": "",
    "/opt/kippo/log/kippo.log": "",
    "/opt/kippo/log/tty": { directory: true },
  },
  dionaea: {
    "/etc/dionaea/dionaea.cfg": "[dionaea]\ndownload.dir=/var/dionaea/binaries/\nlisten.mode=getifaddrs\n",
    "/var/dionaea/binaries": { directory: true },
    "/var/dionaea/bistreams": { directory: true },
  },
  honeyd: {
    "/etc/honeypot/honeyd.conf":
      'create default\nset default default tcp action reset\nadd default tcp port 23 open\nset default personality "Linux 2.4.20"\n',
    "/etc/default/honeyd": 'RUN="yes"\nINTERFACE="eth0"\n',
    "/var/log/honeypot/honeyd.log": "",
  },
  sebek: {
    "/etc/sebek/sbk_install.conf": "DESTINATION_PORT=1101\nMAGIC_VAL=1111\nKEYSTROKE_ONLY=1\n",
    "/usr/local/sbin/sbk_install.sh": "#!/bin/sh\n",
    "/usr/share/doc/sebek/README": "Client of the data capture tool.\n",
  },
  opencanary: {
    "/etc/opencanaryd/opencanary.conf": '{\n  "device.node_id": "opencanary-1",\n  "ssh.enabled": true,\n  "ssh.port": 22\n}\n',
    "/var/tmp/opencanary.log": "",
  },
  "t-pot": {
    "/data/cowrie/log": { directory: true },
    "/data/dionaea/log": { directory: true },
    "/opt/tpot/etc/tpot.yml": "services:\n",
    "/etc/systemd/system/tpot.service": "[Unit]\nDescription=tpot\n",
  },
  glastopf: { "/opt/glastopf/glastopf.cfg": "[webserver]\nhost = 0.0.0.0\nport = 80\n", "/opt/glastopf/db": { directory: true } },
  conpot: { "/etc/conpot/conpot.cfg": "[common]\nsensorid = default\n", "/var/log/conpot/conpot.log": "" },
  nepenthes: { "/etc/nepenthes/nepenthes.conf": "nepenthes\n{\n};\n", "/var/lib/nepenthes/binaries": { directory: true } },
  honeytrap: { "/etc/honeytrap/config.toml": '[listener]\ntype="socket"\n', "/var/log/honeytrap": { directory: true } },
  honeywall: { "/etc/honeywall.conf": "HwHOSTNAME=roo\nHwTCPRATE=20\nHwSCALE=hour\n" },
  heralding: { "/etc/heralding/heralding.yml": "capabilities:\n  ftp:\n    enabled: true\n", "/var/log/heralding/log_auth.csv": "" },
  mailoney: { "/opt/mailoney/mailoney.py": "", "/var/log/mailoney/mail.log": "" },
  labrea: { "/etc/labrea/labrea.conf": "0.0.0.0 EXC\n" },
  sandbox: { "/opt/cuckoo/conf/cuckoo.conf": "[cuckoo]\n", "/root/analyzer/analyzer.py": "", "/tmp/sample.elf": "" },
  "vmware-tools": {
    "/etc/vmware-tools/tools.conf": "[logging]\nlog = true\n",
    "/etc/vmware-tools/vgauth.conf": "[service]\n",
    "/etc/vmware-tools/scripts": { directory: true },
  },
  "virtualbox-additions": { "/opt/VBoxGuestAdditions-7.0.20/init/vboxadd": "#!/bin/sh\n", "/opt/VBoxGuestAdditions-7.0.20/LICENSE": "" },
  "qemu-agent": { "/usr/sbin/qemu-ga": "", "/etc/qemu/qemu-ga.conf": "[general]\n" },
  "honeypot-names": { "/etc/honeypot/readme.txt": "sensor\n", "/root/honeypot.txt": "", "/var/log/honeypot/access.log": "" },
  "bait-names": { "/root/passwords.txt": "", "/root/bitcoin-wallet.dat": "", "/srv/backup-customers.sql": "", "/opt/credit-cards.csv": "" },
  recordings: { "/var/log/ttyrec/2024-03-01.ttyrec": "", "/var/log/tlog/tlog.log": "" },
  snoopy: { "/etc/snoopy.ini": '[snoopy]\nmessage_format = "[login:%{login} uid:%{uid}]: %{cmdline}"\noutput = devlog\n' },
  "analysts-tools": {
    "/etc/inetsim/inetsim.conf": "service_bind_address 0.0.0.0\ndns_default_ip 10.0.0.1\nstart_service dns\nstart_service http\n",
    "/var/log/inetsim/report": { directory: true },
    "/usr/share/doc/yara/README": "Rules in /etc/yara/rules.\n",
    "/etc/yara/rules/packers.yar": 'rule packed { strings: $upx = "UPX!" condition: $upx }\n',
  },
  "process-accounting": { "/var/log/account/pacct": "" },
};

/** Keys in the form of AWS's, whose digits are the site's. */
const canaryKeys: EffectOf = ({ site }) => {
  const letters = hexOf(site, "canary-id", 16)
    .toUpperCase()
    .replaceAll(/[0189]/g, "Q");
  const secret = Buffer.from(hexOf(site, "canary-secret", 60), "hex")
    .toString("base64")
    .slice(0, 40);
  const text = `[canary]\naws_access_key_id = AKIA${letters}\naws_secret_access_key = ${secret}\nregion = us-east-2\n`;
  return { files: { "/root/.aws/credentials": text, "/tmp/.aws/credentials": text, "/opt/canary/credentials": text } };
};

/** Greetings are shown before a login and after it. */
function greeting(text: string): EffectOf {
  return ({ view: { files } }: Host) => {
    const places = ["/etc/issue", "/etc/issue.net", "/etc/motd"].filter((path) => exists(files, path) !== false);
    const paths = places.length === 0 ? ["/etc/motd"] : places;
    return { files: Object.fromEntries(paths.map((path) => [realPath(files, path), `${textOf(files, path) ?? ""}\n${text}\n`])) };
  };
}

/** Only what is not there: real installations of the product are left alone. */
function product(files: Contents): EffectOf {
  return (host) => {
    const there = Object.keys(files).find((path) => exists(host.view.files, path) === true);
    return there === undefined ? shows(files)(host) : unavailable(`${there} is there already`);
  };
}

export const fileEffects: Effects = {
  ...Object.fromEntries(Object.entries(PRODUCTS).map(([name, files]) => [`files.${name}`, product(files)])),
  "files.canary-keys": canaryKeys,
  "files.research-notice": greeting("This system is a monitored research sensor of a honeynet. Everything that is done here is recorded."),
  "files.recorded-notice": greeting("All sessions on this decoy and jump host are recorded, keystrokes included."),
};
