/**
 * Which ports are tried when nobody says otherwise: the usual ports of every protocol that the product knows, and the port sets by which
 * honeypots are known (Dionaea, Nepenthes, Amun, Artillery, OpenCanary, HoneyPy, Conpot, T-Pot, HFish), since "all of that set are open"
 * is a sign of its own.
 */
export const usualPorts: Readonly<Record<string, readonly number[]>> = {
  ssh: [22, 222, 2022, 2222, 22222, 64295],
  telnet: [23, 223, 992, 2223, 2323, 5123, 23231],
  ftp: [21, 990, 2121],
  smtp: [25, 465, 587, 2525],
  pop3: [110, 995],
  imap: [143, 993],
  http: [
    80, 81, 82, 88, 591, 3000, 4433, 5000, 5357, 5985, 7080, 7547, 8000, 8008, 8080, 8081, 8088, 8090, 8091, 8092, 8181, 8888, 9000, 9080,
    9090, 16992, 64294,
  ],
  https: [443, 2087, 4443, 4434, 5986, 6443, 7878, 7879, 8443, 9443, 10443, 64297],
  proxy: [1080, 1081, 3128, 8118, 9050],
  dns: [53],
  smb: [139, 445],
  msrpc: [135],
  ldap: [389, 636, 3268, 3269],
  rdp: [3389],
  vnc: [5800, 5900, 5901, 5902],
  mysql: [3306],
  postgres: [5432],
  mssql: [1433, 1434, 2433],
  oracle: [1521],
  mongodb: [27017],
  redis: [6379],
  memcached: [11211],
  elasticsearch: [9200, 9300],
  couchdb: [5984],
  cassandra: [9042],
  rabbitmq: [5671, 5672, 15672],
  kafka: [9092],
  zookeeper: [2181],
  docker: [2375, 2376],
  kubernetes: [10250],
  etcd: [2379, 2380],
  mqtt: [1883, 8883],
  sip: [5060, 5061],
  rtsp: [554, 8554],
  irc: [6667, 6697],
  pptp: [1723],
  adb: [5555],
  printer: [515, 631, 9100],
  nfs: [111, 2049],
  rsync: [873],
  git: [9418],
  svn: [3690],
  xmpp: [5222, 5269],
  x11: [6000],
  finger: [79],
  ident: [113],
  time: [7, 8, 9, 13, 17, 19, 37],
  s7: [102],
  modbus: [502],
  dnp3: [20000],
  enip: [44818],
  iec104: [2404],
  fox: [1911],
  gauge: [10001],
  kamstrup: [1025, 50100],
  bacnet: [47808],
  dicom: [104, 11112],
  hl7: [2575],
  ethereum: [8545],
  jdwp: [8000],
  netbus: [12345],
  hfish: [7879],
};

/** What honeypots open beside those: port sets of the products named above. */
const honeypotSets: readonly number[] = [
  // Dionaea, Nepenthes
  20, 42, 69, 220, 1023, 2103, 2105, 2107, 2745, 3127, 3140, 3372, 5554, 6129, 10000, 10002, 17300, 27347,
  // Amun
  105, 617, 1111, 1581, 1900, 2101, 2380, 2555, 2954, 2967, 2968, 3628, 5168, 6070, 6101, 7144, 9999, 10203, 38292, 41523,
  // Artillery
  1337, 16993, 44443,
  // HoneyPy
  24, 2048, 4096, 10007, 10008, 10009, 10010,
  // Nepenthes' and other old back doors, bind shells
  4444, 5001, 6666, 7777, 8787, 31337, 54321,
  // Portspoof, tarpits and "every port is open": ports that hardly anything uses
  1, 3, 26, 33, 49, 70, 98, 199, 264, 311, 406, 444, 458, 512, 513, 514, 541, 543, 544, 548, 593, 646, 902, 1026, 1027, 1028, 1099, 1200,
  1311, 1720, 1935, 2000, 2001, 2082, 2083, 2086, 2095, 2096, 2869, 3001, 3299, 3333, 4000, 4242, 4369, 4567, 4786, 4899, 5009, 5051, 5190,
  5631, 5666, 6001, 6112, 6646, 7001, 7070, 8009, 8089, 8139, 8500, 8834, 9001, 9102, 9500, 9600, 9981, 11111, 13579, 18245, 28017, 30718,
  32400, 32768, 37777, 49152, 50000, 51106, 55553, 61616,
];

/** Sorted, each once. */
export const defaultPorts: readonly number[] = [...new Set([...Object.values(usualPorts).flat(), ...honeypotSets])].sort((a, b) => a - b);

/** Ports whose service starts with TLS. */
export const tlsPorts: ReadonlySet<number> = new Set([
  443, 465, 636, 853, 990, 992, 993, 994, 995, 2083, 2087, 2096, 2376, 3269, 4433, 4434, 4443, 5061, 5671, 5986, 6443, 6697, 7879, 8443,
  8883, 8834, 9443, 10250, 10443, 64294, 64297,
]);

/** Protocols whose server speaks first: a port of theirs that says nothing is worth waiting for. */
export const greeters: ReadonlySet<string> = new Set(["ssh", "telnet", "ftp", "smtp", "pop3", "imap", "mysql", "vnc"]);

/** Protocols that a port usually carries. */
export function usualProtocols(port: number): readonly string[] {
  return Object.entries(usualPorts)
    .filter(([, ports]) => ports.includes(port))
    .map(([protocol]) => protocol);
}
