import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type Process, processesOf } from "../processes.ts";

/**
 * Honeypots and sandboxes by what their installation leaves on a host: places in the file system and running processes. A name alone would
 * be too little for a place such as /opt: each row names what only that product puts there.
 */
interface Product {
  readonly name: string;
  readonly reason: string;
  readonly paths: readonly string[];
  /** In the command line of a process. */
  readonly process: RegExp;
  readonly ratio?: number;
}

const products: readonly Product[] = [
  {
    name: "cowrie",
    reason: "Cowrie runs as twistd from its own account's folder.",
    paths: ["/opt/cowrie", "/home/cowrie/cowrie", "/etc/cowrie", "/var/log/cowrie", "/srv/cowrie"],
    process: /twistd\b.*cowrie|\bcowrie\.pid\b|\bcowrie start\b/,
  },
  {
    name: "kippo",
    reason: "Kippo, Cowrie's ancestor, leaves its twisted log and its TTY recordings.",
    paths: ["/opt/kippo", "/home/kippo/kippo", "/var/kippo", "/var/log/kippo"],
    process: /twistd\b.*kippo|\bkippo\.tac\b/,
  },
  {
    name: "dionaea",
    reason: "Dionaea's folder of caught binaries lies where its package puts it.",
    paths: ["/opt/dionaea", "/etc/dionaea", "/var/dionaea", "/usr/bin/dionaea"],
    process: /\bdionaea\b.*-(?:c|u|l|D)|\/dionaea$/,
  },
  {
    name: "honeyd",
    reason: "Honeyd's configuration and fingerprint files have fixed names.",
    paths: ["/etc/honeyd.conf", "/etc/honeypot/honeyd.conf", "/etc/default/honeyd", "/usr/share/honeyd", "/var/log/honeypot/honeyd.log"],
    process: /(?:^|\/)honeyd\b|(?:^|\/)farpd\b/,
  },
  {
    name: "opencanary",
    reason: "OpenCanary is configured under /etc/opencanaryd.",
    paths: ["/etc/opencanaryd/opencanary.conf", "/etc/opencanaryd", "/root/.opencanary.conf", "/var/tmp/opencanary.log"],
    process: /opencanary(?:d|\.tac)\b/,
  },
  {
    name: "t-pot",
    reason: "T-Pot keeps the logs of twenty honeypots under one folder and starts them all with one service.",
    paths: ["/opt/tpot", "/data/cowrie/log", "/etc/systemd/system/tpot.service", "/data/tpot"],
    process: /tpotinit|\/opt\/tpot\/|ghcr\.io\/telekom-security/,
  },
  {
    name: "glastopf",
    reason: "Glastopf's configuration and its database of dorks are in /opt.",
    paths: ["/opt/glastopf", "/opt/myhoneypot/glastopf.cfg", "/etc/glastopf"],
    process: /glastopf-runner/,
  },
  {
    name: "conpot",
    reason: "Conpot's templates of control systems are installed under their own name.",
    paths: ["/etc/conpot", "/opt/conpot", "/usr/local/etc/conpot", "/var/log/conpot"],
    process: /\bconpot\b.*(?:-t|--template)|\/conpot$/,
  },
  {
    name: "snare-tanner",
    reason: "Snare serves cloned pages from /opt/snare and asks Tanner what to answer.",
    paths: ["/opt/snare/pages", "/opt/snare", "/opt/tanner"],
    process: /\b(?:snare|tanner(?:web|api)?) --(?:page-dir|tanner|config)/,
  },
  {
    name: "honeytrap",
    reason: "Honeytrap listens to all ports out of one program.",
    paths: ["/etc/honeytrap", "/opt/honeytrap", "/var/log/honeytrap"],
    process: /(?:^|\/)honeytrap\b/,
  },
  {
    name: "heralding",
    reason: "Heralding only collects credentials, into log_auth.csv.",
    paths: ["/etc/heralding", "/var/log/heralding", "/opt/heralding"],
    process: /(?:^|\/)heralding\b/,
  },
  {
    name: "nepenthes",
    reason: "Nepenthes, the oldest of malware catchers, has its own /etc folder.",
    paths: ["/etc/nepenthes", "/opt/nepenthes", "/var/lib/nepenthes/binaries", "/var/log/nepenthes"],
    process: /(?:^|\/)nepenthes\b/,
  },
  {
    name: "amun",
    reason: "Amun's vulnerability modules are found beside amun_server.py.",
    paths: ["/opt/amun", "/etc/amun", "/opt/amun/amun_server.py"],
    process: /amun_server\.py/,
  },
  {
    name: "kojoney",
    reason: "Kojoney's control scripts lie under /usr/share.",
    paths: ["/usr/share/kojoney", "/etc/kojoney", "/usr/bin/kojoneyd"],
    process: /kojoney(?:2|d)?\b/,
  },
  {
    name: "labrea",
    reason: "LaBrea holds connections open by answering for unused addresses.",
    paths: ["/etc/labrea", "/usr/sbin/labrea", "/etc/labrea.cfg"],
    process: /(?:^|\/)labrea\b/,
    ratio: 20,
  },
  {
    name: "endlessh",
    reason: "An endless SSH banner is a tarpit, and tarpits stand beside honeypots.",
    paths: ["/etc/endlessh", "/usr/bin/endlessh", "/usr/local/bin/endlessh"],
    process: /(?:^|\/)endlessh\b/,
    ratio: 5,
  },
  {
    name: "portspoof",
    reason: "Portspoof answers on every port with somebody's banner.",
    paths: ["/etc/portspoof.conf", "/usr/local/etc/portspoof.conf", "/usr/local/bin/portspoof"],
    process: /(?:^|\/)portspoof\b/,
  },
  {
    name: "artillery",
    reason: "Artillery opens decoy ports and bans whoever touches them.",
    paths: ["/var/artillery", "/var/artillery/artillery.py"],
    process: /artillery\.py/,
  },
  {
    name: "hfish",
    reason: "HFish has its server and client under /opt or /usr/share.",
    paths: ["/opt/hfish", "/usr/share/hfish", "/usr/share/db/hfish.db"],
    process: /(?:^|\/)hfish(?:-server)?\b/i,
  },
  {
    name: "beelzebub",
    reason: "Beelzebub's services are YAML files that name a language model.",
    paths: ["/opt/beelzebub", "/etc/beelzebub", "/opt/beelzebub/configurations"],
    process: /(?:^|\/)beelzebub\b/,
  },
  {
    name: "honeypy",
    reason: "HoneyPy's plugins are started by Honey.py.",
    paths: ["/opt/HoneyPy", "/opt/honeypy", "/opt/HoneyPy/Honey.py"],
    process: /Honey\.py\b/,
  },
  {
    name: "modern-honey-network",
    reason: "A sensor of the Modern Honey Network has its registration on disk.",
    paths: ["/opt/mhn", "/etc/mhn", "/opt/hpfeeds"],
    process: /\/opt\/mhn\/|hpfeeds-(?:broker|logger)/,
  },
  {
    name: "honeywall",
    reason: "The Honeywall (roo) keeps its limits and its analysis console in files of its own.",
    paths: ["/etc/honeywall.conf", "/hw/conf", "/etc/walleye", "/usr/local/honeywall"],
    process: /hflowd|walleye/,
  },
  {
    name: "elasticpot",
    reason: "Elasticpot's fixed responses lie beside its script.",
    paths: ["/opt/elasticpot", "/opt/elasticpot/responses", "/etc/elasticpot.cfg"],
    process: /elasticpot\.py/,
  },
  {
    name: "mailoney",
    reason: "Mailoney accepts all mail and sends none.",
    paths: ["/opt/mailoney", "/var/log/mailoney", "/etc/mailoney"],
    process: /mailoney(?:\.py)?\b/,
  },
  {
    name: "adbhoney",
    reason: "ADBHoney pretends to be a telephone's debug bridge.",
    paths: ["/opt/adbhoney", "/etc/adbhoney.cfg", "/opt/ADBHoney"],
    process: /adbhoney(?:\.py)?\b/i,
  },
  {
    name: "sandbox",
    reason: "Analysis sandboxes copy their agent and the sample to known places.",
    paths: ["/opt/cuckoo", "/root/analyzer", "/opt/CAPEv2", "/tmp/sample.elf", "/root/analyzer/analyzer.py"],
    process: /cuckoo (?:-d|web|rooter)|CAPEv2|\/analyzer\.py\b/,
    ratio: 60,
  },
];

export const productPaths: readonly string[] = products.flatMap(({ paths }) => paths);

export const productChecks: readonly Check<LocalView>[] = products.map((product) => ({
  id: `kind.product.${product.name}`,
  class: "kind",
  side: "local",
  family: "honeypot-installation",
  looksAt: `${product.paths[0]} and ${product.paths.length - 1} other places; running processes`,
  reason: product.reason,
  ratio: product.ratio ?? 200,
  source: "the product's own documentation and packages",
  judge: (view) => judgeProduct(view, product),
}));

function judgeProduct({ files }: LocalView, product: Product): Judgement {
  const answers = product.paths.map((path) => ({ path, there: exists(files, path) }));
  const place = answers.find(({ there }) => there === true);
  if (place !== undefined) return shown(place.path);
  const processes = processesOf(files);
  const running = typeof processes === "string" ? undefined : processes.find((one) => runs(one, product.process));
  if (running !== undefined) return shown(`process ${running.pid}: ${running.arguments.join(" ").slice(0, 120)}`);
  if (answers.every(({ there }) => there === undefined) && typeof processes === "string")
    return unknown("neither files nor processes were looked at");
  return clean("neither its places nor its processes");
}

/** Interpreters' arguments count, but not those of what searches: a `grep cowrie` is no Cowrie. */
function runs({ arguments: words, name }: Process, pattern: RegExp): boolean {
  if (/^(?:grep|egrep|find|locate|less|vi|vim|nano|cat|tail|sed|awk|rg|pgrep|ps|sh|bash|dash)$/.test(name)) return false;
  return pattern.test(words.join(" ").slice(0, 4096));
}
